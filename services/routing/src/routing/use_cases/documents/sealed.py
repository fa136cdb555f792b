"""What papers say of people is kept encrypted, bound to its row."""

import base64
import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from routing.models.documents import blobs
from routing.resources import Resources
from shared.db import Session, dumps, insert_missing


def close(value: Any, *, document_id: str, column: str, resources: Resources) -> bytes:
    """A value, sealed for this row and column."""
    return resources.papers.ring.encrypt(dumps(value), place=f"{document_id}/{column}")


def open_(row: Mapping[str, Any], column: str, resources: Resources) -> Any:
    """The value of a sealed column, or None."""
    if row[column] is None:
        return None
    place = f"{row['document_id']}/{column}"
    return json.loads(resources.papers.ring.decrypt(row[column], place=place))


def keep_bytes(
    session: Session, data: bytes, *, media_type: str, now: dt.datetime, resources: Resources
) -> str:
    """Keep bytes under their digest, once; returns the digest."""
    digest = hashlib.sha256(data).hexdigest()
    text = base64.b64encode(data).decode()
    row = {
        "sha256": digest,
        "media_type": media_type,
        "size": len(data),
        "sealed": resources.papers.ring.encrypt(text, place=digest),
        "created_at": now,
    }
    insert_missing(session, blobs, [row], key=["sha256"])
    return digest


def bytes_of(session: Session, digest: str, resources: Resources) -> tuple[bytes, str]:
    """The bytes kept under a digest, checked against it, and their media type."""
    row = session.execute(sa.select(blobs).where(blobs.c.sha256 == digest)).one()
    data = base64.b64decode(resources.papers.ring.decrypt(row.sealed, place=digest))
    if hashlib.sha256(data).hexdigest() != digest:
        raise ValueError("a kept file is damaged")
    return data, row.media_type
