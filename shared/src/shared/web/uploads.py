"""A file in a request: read piece by piece onto disk, and no further than it may be large."""

import hashlib
import tempfile
from collections.abc import Collection
from typing import IO, Any, cast

from flask import g, request
from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.formparser import parse_form_data

from shared.errors import Invalid, Refused, both
from shared.web.api import Upload

PART = "file"
_AROUND = 16 * 1024
_PARTS_MOST = 8
_PIECE = 64 * 1024
_SMALL = 512 * 1024
_REQUIRED = both("必填，应为一个文件。", "Required; must be a file.")


def receive(*, most: int) -> Upload:
    """The one file of a multipart request, of at most `most` bytes; open until `close_received`.

    Refused with the field `file`: 413 as soon as more was sent, whether or not its length was said
    before; 415 for another kind of body, 422 for one without that file or with anything else.
    """
    if request.mimetype != "multipart/form-data":
        raise Refused(
            both("请以multipart/form-data发送。", "Send multipart/form-data."),
            status=415,
            code="unsupported_media_type",
        )
    try:
        _, form, files = parse_form_data(
            request.environ,
            stream_factory=_on_disk,
            max_form_memory_size=_SMALL,
            max_content_length=most + _AROUND,
            max_form_parts=_PARTS_MOST,
            silent=False,
        )
    except RequestEntityTooLarge as error:
        raise _too_large(most) from error
    except ValueError as error:
        cut_off = both("不是完整的multipart/form-data。", "The multipart/form-data is not whole.")
        raise Invalid({PART: cut_off}) from error
    sent = files.getlist(PART)
    _only_one(sent, others={*form, *files} - {PART})
    size, sha256 = _measured(sent[0].stream)
    if size > most:
        raise _too_large(most)
    return Upload(sent[0].filename or "", sent[0].stream, size, sha256)


def close_received() -> None:
    """Close the files of this request, those of a form that was cut off too."""
    for file in g.pop("received", ()):
        file.close()


def _on_disk(*_: Any, **__: Any) -> IO[bytes]:
    """A file without a name for a part of the form, in memory as long as it is small."""
    file = cast(IO[bytes], tempfile.SpooledTemporaryFile(_SMALL))  # noqa: SIM115
    g.setdefault("received", []).append(file)
    return file


def _only_one(sent: list[FileStorage], *, others: Collection[str | None]) -> None:
    wrong: dict[str, str] = {}
    if not sent:
        wrong[PART] = _REQUIRED
    elif len(sent) > 1:
        wrong[PART] = both("一次只能上传一个文件。", "One file at a time.")
    no_such = both("没有这个字段。", "There is no such field.")
    wrong |= {(name or "?")[:100]: no_such for name in others}
    if wrong:
        raise Invalid(wrong)


def _measured(file: IO[bytes]) -> tuple[int, str]:
    """Size and SHA-256 of a file, which stands at its beginning again."""
    digest, size = hashlib.sha256(), 0
    file.seek(0)
    while piece := file.read(_PIECE):
        digest.update(piece)
        size += len(piece)
    file.seek(0)
    return size, digest.hexdigest()


def _too_large(most: int) -> Refused:
    shown = f"{most / 2**20:.4g}"
    reason = both(f"文件不能超过{shown} MB。", f"A file may have at most {shown} MB.")
    return Refused(reason, status=413, code="too_large", errors={PART: reason})
