"""The desk where letters arrive, and letters scanned as an office scans them."""

import functools
import io
import subprocess
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw, ImageFont

from intake import models
from shared.worker import run_job

LETTER = {
    "sender": "幸福小区3栋 欧阳晓峰",
    "postmarked_on": "2026-02-26",
    "received_on": "2026-03-01",
    "mail_no": "XA 1234 5678 943",
    "pages": 2,
    "enclosures": ["身份证复印件一张", "照片三张"],
}
WORDS = {"title": "路灯不亮", "content": "小区门口的路灯坏了一个月。"}
LINES = (
    "信访局负责同志",
    "我是幸福小区的居民。小区门口的路灯",
    "坏了一个多月，晚上出行很不方便，",
    "请派人维修。",
)
MORE_LINES = (
    "路灯位于小区东门外约二十米处，",
    "附近有一所小学，学生放学时天已经黑了。",
    "希望尽快修好，谢谢。",
)


class LetterDesk:
    """A registrar with letters before them, at an intake with a storage."""

    def __init__(self, desk: Any, folder: Path) -> None:
        self.desk = desk
        self.app = desk.app
        self.folder = folder

    def log(self, *roles: str, **changes: Any) -> Any:
        body = {k: v for k, v in (LETTER | changes).items() if v is not ...}
        token = body.pop("token", None)
        return self.desk.post(
            "/v1/incoming-letters", *(roles or ("registrar",)), token=token, json=body
        )

    def logged(self, **changes: Any) -> str:
        answer = self.log(**changes)
        assert answer.status_code == 201, answer.text
        letter_id: str = answer.json["letter_id"]
        return letter_id

    def scan(self, letter_id: str, content: bytes, name: str = "来信.tif", **kw: Any) -> Any:
        sent = {"file": (io.BytesIO(content), name)}
        roles = () if "token" in kw else ("registrar",)
        return self.desk.post(f"/v1/incoming-letters/{letter_id}/scans", *roles, data=sent, **kw)

    def scanned(self, letter_id: str, content: bytes, name: str = "来信.tif") -> dict[str, Any]:
        answer = self.scan(letter_id, content, name)
        assert answer.status_code == 201, answer.text
        found: dict[str, Any] = answer.json
        return found

    def look(self, letter_id: str, *roles: str, token: str | None = None) -> Any:
        roles = roles or (() if token else ("registrar",))
        return self.desk.get(f"/v1/incoming-letters/{letter_id}", *roles, token=token)

    def do(self, letter_id: str, what: str, *roles: str, **body: Any) -> Any:
        """Register, file or close a letter."""
        path = f"/v1/incoming-letters/{letter_id}/{what}"
        return self.desk.post(path, *(roles or ("registrar",)), json=body)

    def listed(self, *roles: str, query: str = "", token: str | None = None) -> Any:
        roles = roles or (() if token else ("registrar",))
        return self.desk.get(f"/v1/incoming-letters{query}", *roles, token=token).json

    def opened(self, letter_id: str, attachment_id: str) -> bytes:
        """A scan as it is downloaded."""
        path = f"/v1/incoming-letters/{letter_id}/scans/{attachment_id}/link"
        kept: bytes = self.desk.get(self.desk.post(path, "registrar").json["url"]).data
        return kept

    def attachments(self, petition_id: str) -> list[dict[str, Any]]:
        path = f"/v1/petitions/{petition_id}/attachments"
        found: list[dict[str, Any]] = self.desk.get(path, "dispatcher").json["items"]
        return found

    def run(self, name: str) -> None:
        """Run a job of intake's once."""
        (job,) = (job for job in self.app.service.jobs if job.name == name)
        assert run_job(self.app, job)

    def read_all(self) -> None:
        """Let the job read the scans that wait, as it does between its runs."""
        self.run("read_letters")
        while self.app.resources.recogniser.is_busy:
            self.app.resources.recogniser.wait()
            self.run("read_letters")

    def stored(self) -> list[Path]:
        return [path for path in self.folder.rglob("*") if path.is_file()]

    def scan_rows(self) -> list[Any]:
        return self.desk.rows(models.letter_scans)


@functools.cache
def _font(size: int) -> ImageFont.FreeTypeFont:
    asked = ["fc-match", "-f", "%{file}", "Noto Serif CJK SC"]
    return ImageFont.truetype(subprocess.check_output(asked).decode(), size)


def sheet(*lines: str, turned: int = 0) -> Image.Image:
    """A sheet of A4 with lines of text, scanned in 200 dpi, turned by so many degrees."""
    made = Image.new("L", (1654, 2339), 255)
    draw = ImageDraw.Draw(made)
    for number, line in enumerate(lines):
        draw.text((160, 200 + number * 90), line, font=_font(48), fill=0)
    return made.rotate(turned, expand=True)


def scanned(*sheets: Image.Image, form: str = "TIFF") -> bytes:
    """Sheets in one file: a TIFF of several pages, or a PDF whose pages are pictures."""
    file = io.BytesIO()
    as_tiff = {"dpi": (200, 200), "compression": "tiff_deflate"}
    sizes = {"resolution": 200} if form == "PDF" else as_tiff
    sheets[0].save(file, form, save_all=True, append_images=sheets[1:], **sizes)
    return file.getvalue()
