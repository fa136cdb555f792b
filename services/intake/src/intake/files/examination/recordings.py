"""Voice notes, hotline recordings, short videos: kept as they are, if they are what they seem."""

from typing import BinaryIO

from tinytag import TinyTag, TinyTagException

from intake.files.examination.examine import Unacceptable

_READ_AS = {"mp3": "x.mp3", "m4a": "x.m4a", "mp4": "x.mp4", "wav": "x.wav"}
# How many bytes follow a frame's first one, by the mode in it (3GPP TS 26.101, 26.201 Annex A).
_NARROW = (12, 13, 15, 17, 19, 20, 26, 31, 5, -1, -1, -1, -1, -1, -1, 0)
_WIDE = (17, 23, 32, 36, 40, 46, 50, 58, 60, 5, -1, -1, -1, -1, 0, 0)
_SORTS = {b"#!AMR\n": _NARROW, b"#!AMR-WB\n": _WIDE}
_MODE_SHIFT, _MODE_MASK = 3, 0x0F


def check(sent: BinaryIO, kind: str) -> None:
    """Refuse a recording in which no sound or picture of any length is found."""
    try:
        length = TinyTag.get(_READ_AS[kind], file_obj=sent, tags=False).duration
    except (TinyTagException, ValueError, KeyError, IndexError, TypeError, OSError) as error:
        raise Unacceptable("damaged") from error
    if not length or length <= 0:
        raise Unacceptable("damaged")


def check_amr(sent: BinaryIO) -> None:
    """Refuse a voice note whose frames do not follow one another to the end of the file."""
    line = sent.readline(16)
    if line not in _SORTS:
        raise Unacceptable("damaged")
    lengths, frames = _SORTS[line], 0
    while first := sent.read(1):
        length = lengths[first[0] >> _MODE_SHIFT & _MODE_MASK]
        if length < 0 or len(sent.read(length)) < length:
            raise Unacceptable("damaged")
        frames += 1
    if not frames:
        raise Unacceptable("damaged")
