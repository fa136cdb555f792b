"""Files in an S3-compatible store (AWS, MinIO, Ceph, 阿里云OSS, …), for pods that have no disk."""

import tempfile
from collections.abc import Iterator
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from intake.files.storage import KEY, S3Keys, StorageAway, Stored

_PIECE = 64 * 1024
_CONNECT_SECONDS, _READ_SECONDS = 5, 30


class S3Storage:
    """An object a file under `prefix` of `bucket`; a PUT is whole or not at all.

    Empty `keys` are looked for in the environment, or in what the cloud gives to the machine.
    """

    def __init__(
        self,
        bucket: str,
        *,
        prefix: str,
        endpoint: str | None,
        region: str | None,
        keys: S3Keys,
    ) -> None:
        self.bucket = bucket
        self.prefix = f"{prefix}/" if prefix else ""
        self.client = boto3.session.Session().client(
            "s3",
            endpoint_url=endpoint,
            region_name=region or "us-east-1",
            aws_access_key_id=keys.key_id or None,
            aws_secret_access_key=keys.secret_key or None,
            config=Config(
                connect_timeout=_CONNECT_SECONDS,
                read_timeout=_READ_SECONDS,
                retries={"mode": "standard", "max_attempts": 3},
                # Stores other than Amazon's refuse the checksums that boto3 adds by itself.
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
                s3={"addressing_style": "path" if endpoint else "auto"},
            ),
        )

    def put(self, key: str, pieces: Iterator[bytes]) -> None:
        # Its length must be known before the first byte is sent, and a retry begins again.
        with tempfile.TemporaryFile() as file:
            file.writelines(pieces)
            file.seek(0)
            self._asked("put_object", key, Body=file, ContentType="application/octet-stream")

    def get(self, key: str) -> Iterator[bytes]:
        body = self._asked("get_object", key)["Body"]
        try:
            with body:
                yield from body.iter_chunks(_PIECE)
        except (BotoCoreError, ClientError, OSError) as error:
            raise StorageAway() from error

    def delete(self, key: str) -> None:
        self._asked("delete_object", key)

    def stored(self) -> Iterator[Stored]:
        pages = self.client.get_paginator("list_objects_v2")
        try:
            for page in pages.paginate(Bucket=self.bucket, Prefix=self.prefix):
                for one in page.get("Contents", ()):
                    key = one["Key"].removeprefix(self.prefix)
                    if KEY.match(key):
                        yield Stored(key, one["LastModified"])
        except (BotoCoreError, ClientError) as error:
            raise StorageAway() from error

    def _asked(self, operation: str, key: str, **more: Any) -> Any:
        try:
            return getattr(self.client, operation)(
                Bucket=self.bucket, Key=self.prefix + key, **more
            )
        except (BotoCoreError, ClientError) as error:
            raise StorageAway() from error
