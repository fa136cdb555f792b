"""Whether a petition's words may be an accusation: by the rules, and by the model in use."""

import datetime as dt
import logging
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from intake import models
from intake.domain.accusation_model import AccusationModel, KnownModel, NotAModel
from intake.domain.suspicion import Suspicion, words_of
from intake.resources import Resources
from shared.db import Session

logger = logging.getLogger(__name__)
_models = models.accusation_models


def suspicion_in(
    session: Session, petition: Mapping[str, Any], *, now: dt.datetime, resources: Resources
) -> Suspicion | None:
    """Why a petition's words may be an accusation; None where nothing says so."""
    _refresh(session, resources.accusations.known, now=now)
    return resources.accusations.suspicion(words_of(petition))


def promoted_version(session: Session) -> int | None:
    """The model in use: the last one promoted; None where the rules alone suspect."""
    promoted = sa.select(_models.c.version).where(_models.c.promoted_at.is_not(None))
    return session.scalar(promoted.order_by(_models.c.promoted_at.desc(), _models.c.version.desc()))


def _refresh(session: Session, known: KnownModel, *, now: dt.datetime) -> None:
    """The model as it was at most half a minute ago.

    One that cannot be read must not hold up petitions: the rules suspect then, and the log says so.
    """
    if not known.is_due(now):
        return
    version = promoted_version(session)
    if version == known.version:
        return
    known.model, known.version = None, version
    if version is None:
        return
    kept = session.execute(sa.select(_models).where(_models.c.version == version)).one()
    try:
        known.model = AccusationModel.unpack(
            kept.whole, sha256=kept.sha256, start=kept.start, threshold=kept.threshold
        )
    except NotAModel:
        logger.exception("the rules suspect alone: the model in use cannot be read")
