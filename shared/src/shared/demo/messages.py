"""What is played: messages of a CSV file, or the project's own samples."""

import csv
import datetime as dt
import hashlib
import io
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path

from shared.clock import OFFICE_TZ
from shared.demo.client import DemoError

COLUMNS = ("msg_id", "user", "time", "title", "body", "reply", "reply_time")
STAGES = ("registered", "forwarded", "assigned", "accepted", "replied", "served", "closed")
OBJECTS = ("petition_office", "handling_unit")
GRADES = ("satisfied", "basically_satisfied", "dissatisfied")
_GRADE_OF_DIGIT = dict(
    enumerate((*("satisfied",) * 9, *("basically_satisfied",) * 5, *("dissatisfied",) * 2))
)
_ENCODINGS = ("utf-8-sig", "gb18030")
_SPREADSHEET_TIMES = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d")
_REFUSED = frozenset({"Cc", "Cs", "Zl", "Zp"})
_LONGEST_TEXT = 50_000
_LONGEST_TITLE = 200
_LONGEST_ID = 200
_LONGEST_NAME = 100
_LONGEST_FIELD = 2**27


class MessagesError(DemoError):
    """A file that cannot be read; names file, line, column and reason."""

    def __init__(self, *, name: str, line: int, column: str, reason: str) -> None:
        super().__init__(f"{name} 第 {line} 行，“{column}”列：{reason}")
        self.line, self.column = line, column


@dataclass(frozen=True, kw_only=True)
class Message:
    """One petition to play, with all that happens to it up to `stage`."""

    system: str
    msg_id: str
    title: str
    body: str
    received_at: dt.datetime
    replied_at: dt.datetime
    reply: str = ""
    channel: str = "mailbox"
    purpose: str | None = None
    secret: bool = False
    petitioner: Mapping[str, str] = field(default_factory=dict)
    place: str = ""
    unit: str | None = None
    category: str | None = None
    stage: str = "closed"
    grades: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Batch:
    """Messages that can be played, and how many were left out, by reason."""

    messages: tuple[Message, ...]
    skipped: Mapping[str, int]


def read_messages(path: Path, *, now: dt.datetime) -> Batch:
    """Read a messages CSV (`COLUMNS`; naive times are the office's; UTF-8 with or without BOM, or
    GB 18030); rows without a usable answer are counted, malformed ones raise MessagesError."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise DemoError(f"无法读取 {path}：{error.strerror}") from error
    messages: list[Message] = []
    skipped: dict[str, int] = {}
    seen: dict[str, int] = {}
    for line, row in _rows(decode(raw, name=path.name), name=path.name, required=COLUMNS):
        at = _Cell(row, name=path.name, line=line)
        msg_id = at.filled("msg_id")
        if len(msg_id) > _LONGEST_ID:
            raise at.wrong("msg_id", f"编号超过 {_LONGEST_ID} 个字符")
        if msg_id in seen:
            raise at.wrong("msg_id", f"编号 {msg_id} 与第 {seen[msg_id]} 行重复")
        seen[msg_id] = line
        message, reason = _message(at, msg_id=msg_id, now=now)
        if message:
            messages.append(message)
        else:
            skipped[reason] = skipped.get(reason, 0) + 1
    return Batch(tuple(messages), skipped)


def _message(at: "_Cell", *, msg_id: str, now: dt.datetime) -> tuple[Message | None, str]:
    received = at.time("time")
    title, body, reply = at.text("title"), at.text("body"), at.text("reply")
    replied = at.time("reply_time") if at.text("reply_time") else None
    checks = (
        (not (title or body), "没有标题和内容"),
        (not reply or replied is None, "没有答复或答复时间"),
        (replied is not None and replied < received, "答复时间早于来信时间"),
        (max(received, replied or received) > now, "时间在将来"),
        (max(len(body), len(reply)) > _LONGEST_TEXT, "正文或答复超过五万字"),
    )
    reason = next((reason for failed, reason in checks if failed), "")
    if reason or replied is None:
        return None, reason
    user = at.text("user")
    return Message(
        system="demo",
        msg_id=msg_id,
        title=" ".join((title or body).split())[:_LONGEST_TITLE],
        body=body or title,
        received_at=received,
        replied_at=replied,
        reply=reply,
        petitioner={"name": user[:_LONGEST_NAME]} if user else {},
        grades=simulated_grades(msg_id),
    ), ""


def simulated_grades(msg_id: str) -> dict[str, str]:
    """A grade for each object that only depends on the message's id."""
    digest = hashlib.sha256(msg_id.encode()).hexdigest()
    return {o: _GRADE_OF_DIGIT[int(d, 16)] for o, d in zip(OBJECTS, digest, strict=False)}


def read_samples(*, anchor: dt.datetime) -> tuple[Message, ...]:
    """The project's own samples, as if they had come in the months before `anchor`."""
    text = (resources.files("shared.demo") / "samples.csv").read_text(encoding="utf-8")
    return tuple(
        _sample(_Cell(row, name="samples.csv", line=line), anchor=anchor)
        for line, row in _rows(text, name="samples.csv", required=("id", "stage", "days_ago"))
    )


def _sample(at: "_Cell", *, anchor: dt.datetime) -> Message:
    received = _received(at, anchor=anchor)
    age = anchor - received
    number = _number(at.filled("id"))
    late = at.text("grade") == "dissatisfied"
    days = dt.timedelta(days=76 if late else 5 + number % 38)
    who = {key: at.text(key) for key in ("name", "phone", "email", "address") if at.text(key)}
    grade = at.text("grade")
    return Message(
        system="sample",
        msg_id=at.filled("id"),
        title=at.filled("title"),
        body=at.filled("content"),
        received_at=received,
        replied_at=received + min(age * 0.8, days),
        reply=at.text("reply"),
        channel=at.one_of("channel", _any),
        purpose=at.one_of("purpose", _any),
        secret=at.text("secrecy") == "yes",
        petitioner=who,
        place=at.text("place"),
        unit=at.filled("unit"),
        category=at.filled("category"),
        stage=at.one_of("stage", STAGES.__contains__),
        grades=dict.fromkeys(OBJECTS, at.one_of("grade", GRADES.__contains__)) if grade else {},
    )


def _received(at: "_Cell", *, anchor: dt.datetime) -> dt.datetime:
    number = _number(at.filled("id"))
    at_desk = at.text("channel") in {"hotline", "visit", "letter"}
    minutes = 9 * 60 + number % 480 if at_desk else 7 * 60 + number % 930
    local = anchor.astimezone(OFFICE_TZ)
    midnight = local.replace(hour=0, minute=0, second=number % 60, microsecond=0)
    received = (
        midnight - dt.timedelta(days=int(at.filled("days_ago"))) + dt.timedelta(minutes=minutes)
    )
    return min(received, local - dt.timedelta(minutes=20 + number % 40))


def _number(text: str) -> int:
    return int(hashlib.sha256(text.encode()).hexdigest()[:8], 16)


def decode(raw: bytes, *, name: str) -> str:
    """The text of a file in one of the encodings that offices use."""
    for encoding in _ENCODINGS:
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise DemoError(f"{name}：既不是 UTF-8，也不是 GB 18030 编码")


def _rows(
    text: str, *, name: str, required: Iterable[str]
) -> Iterator[tuple[int, dict[str, str | None]]]:
    """Each row with the line that it begins on; a row has as many cells as the first."""
    csv.field_size_limit(_LONGEST_FIELD)
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    line = 1
    try:
        columns = [c.strip() for c in reader.fieldnames or ()]
        missing = [c for c in required if c not in columns]
        if missing:
            raise MessagesError(name=name, line=line, column="、".join(missing), reason="缺少该列")
        reader.fieldnames = columns
        line = reader.line_num + 1
        for row in reader:
            if None in row or None in row.values():
                reason = "列数比表头多" if None in row else "列数比表头少"
                raise MessagesError(name=name, line=line, column="全行", reason=reason)
            yield line, row
            line = reader.line_num + 1
    except csv.Error as error:
        reason = f"格式有误（{error}）"
        raise MessagesError(name=name, line=line, column="全行", reason=reason) from error


def _parsed(value: str) -> dt.datetime | None:
    """ISO 8601, or the unpadded form that spreadsheets write (2024-1-5 9:03)."""
    try:
        return dt.datetime.fromisoformat(value)
    except ValueError:
        pass
    for form in _SPREADSHEET_TIMES:
        try:
            return dt.datetime.strptime(value, form).replace(tzinfo=OFFICE_TZ)
        except ValueError:
            continue
    return None


def _any(value: str) -> bool:
    return bool(value)


@dataclass(frozen=True)
class _Cell:
    """One row, read column by column, so that every error can say where it is."""

    row: Mapping[str, str | None]
    name: str
    line: int

    def text(self, column: str) -> str:
        """The cell, without the control characters and separators that no text field accepts."""
        value = (self.row.get(column) or "").replace("\r\n", "\n").replace("\r", "\n")
        kept = (c for c in value if c in "\n\t" or unicodedata.category(c) not in _REFUSED)
        return "".join(kept).strip()

    def filled(self, column: str) -> str:
        value = self.text(column)
        if not value:
            raise self.wrong(column, "不能为空")
        return value

    def one_of(self, column: str, accepts: Callable[[str], object]) -> str:
        value = self.text(column)
        if not accepts(value):
            raise self.wrong(column, f"不认识的值“{value}”")
        return value

    def time(self, column: str) -> dt.datetime:
        """An aware time; a naive one is the office's."""
        value = self.filled(column)
        moment = _parsed(value.replace("/", "-"))
        if moment is None:
            raise self.wrong(column, f"不是时间：“{value[:40]}”")
        return moment if moment.tzinfo else moment.replace(tzinfo=OFFICE_TZ)

    def wrong(self, column: str, reason: str) -> MessagesError:
        return MessagesError(name=self.name, line=self.line, column=column, reason=reason)
