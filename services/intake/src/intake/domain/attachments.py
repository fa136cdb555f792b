"""What may be attached to a petition: kinds of files, why one is refused, what it is called."""

import datetime as dt
import re
import unicodedata
from dataclasses import dataclass

from shared.errors import both


@dataclass(frozen=True)
class Kind:
    """A kind of file: its media type, its extensions (the first one is its own), how it is read."""

    media_type: str
    name: str
    extensions: tuple[str, ...]
    reader: str


KINDS = {
    kind.extensions[0]: kind
    for kind in (
        Kind("image/jpeg", "JPEG图片", ("jpg", "jpeg", "jpe", "jfif"), "picture"),
        Kind("image/png", "PNG图片", ("png", "apng"), "picture"),
        Kind("image/gif", "GIF图片", ("gif",), "picture"),
        Kind("image/webp", "WebP图片", ("webp",), "picture"),
        Kind("image/tiff", "TIFF扫描件", ("tif", "tiff"), "pages"),
        Kind("application/pdf", "PDF", ("pdf",), "pdf"),
        Kind(
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            "Word文档",
            ("docx",),
            "office",
        ),
        Kind(
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            "Excel表格",
            ("xlsx",),
            "office",
        ),
        Kind("audio/amr", "AMR录音", ("amr",), "amr"),
        Kind("audio/mpeg", "MP3录音", ("mp3", "mpga"), "recording"),
        Kind("audio/mp4", "M4A录音", ("m4a", "f4a"), "recording"),
        Kind("audio/wav", "WAV录音", ("wav",), "recording"),
        Kind("video/mp4", "MP4视频", ("mp4", "m4v"), "recording"),
    )
}
"""Every kind that can be taken, by its extension; the setting ATTACHMENT_KINDS says which are."""

ARCHIVES = frozenset({"zip", "rar", "7z", "gz", "tgz", "bz2", "xz", "zst", "tar", "jar", "iso"})

REFUSALS = {
    "empty": both("文件是空的。", "The file is empty."),
    "archive": both(
        "不接受压缩包，请解压后逐个上传。", "Archives are not taken: send the files one by one."
    ),
    "damaged": both("文件损坏或者不完整，无法打开。", "The file is damaged or cut off."),
    "too_big_inside": both(
        "图片像素、页数或者展开后的内容过大。",
        "Its pixels, pages or unpacked content are too many.",
    ),
    "pdf_locked": both("不接受加密的PDF。", "Encrypted PDFs are not taken."),
    "pdf_active": both(
        "PDF含有脚本、启动动作、表单提交或者嵌入文件，请另存或打印为普通PDF后再上传。",
        "The PDF holds scripts, actions or embedded files; print it to a plain PDF.",
    ),
    "office_active": both(
        "文档含有宏、嵌入的对象或者外部模板，请去掉后再上传。",
        "The document holds macros, embedded objects or an outside template.",
    ),
    "two_in_one": both(
        "文件里藏有另一种格式的内容。", "The file holds content of another kind as well."
    ),
    "too_hard": both("文件过于复杂，无法检查。", "The file takes too long or too much to examine."),
    "infected": both("文件未通过病毒检查。", "The file did not pass the virus scan."),
}
"""Why a file is refused, apart from its kind."""

LOOSE_AFTER = dt.timedelta(days=1)
"""How long bytes that no attachment points to are left alone, and after that once more."""
LOOKED_AT, DOWNLOADED = "查看附件", "下载附件"
"""Purposes that are written down: where none was stated for a link, and for a download."""

_NAME_MOST = 100
_NAMELESS = "附件"
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def not_taken(kinds: frozenset[str]) -> str:
    """The refusal of a kind that is not among those taken."""
    listed = [kind.name for ext, kind in KINDS.items() if ext in kinds]
    extensions = ", ".join(ext for ext in KINDS if ext in kinds)
    return both(f"不接受这种文件，可以上传：{'、'.join(listed)}。", f"Taken are: {extensions}.")


def own_name(sent: str, *, kind: Kind) -> str:
    """What an attachment is called: as its sender called it, fit to be shown and to be saved.

    Without folders, control characters and marks that turn the direction of writing, of at most
    100 characters, and with an extension of what it really is.
    """
    last = re.split(r"[/\\]", sent)[-1]
    seen = "".join(c for c in last if unicodedata.category(c) not in _INVISIBLE)
    stem, dot, extension = seen.rstrip(" .").rpartition(".")
    if not dot or extension.lower() not in kind.extensions:
        stem, extension = seen, kind.extensions[0]
    stem = re.sub(r'[<>:"|?*]', "_", stem)[: _NAME_MOST - len(extension) - 1].strip(" .")
    return f"{stem or _NAMELESS}.{extension}"
