"""The papers of the procedure: what each is called, who draws it up, what it must contain.

The catalogue of them is read by `routing.domain.catalogue`.
"""

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from routing.domain.service import as_day
from shared.errors import both

KINDS = ("letter", "form", "notice")
DRAWN_BY = ("office", "unit", "review")
TYPES = ("text", "lines", "day", "whole", "list", "rows")
SYSTEM = frozenset({"unit_name", "number", "issued_on", "case_no", "document_name"})
"""Elements that the system fills in and nobody types."""
LONGEST = {"text": 300, "lines": 20_000}
_MOST_ITEMS = 200
_NO_XML = "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff"
_BEYOND_LINES = re.compile(f"[{_NO_XML}]")
_NAME = re.compile(r"[a-z_]{1,40}\Z")
_BEYOND = re.compile(f"[{_NO_XML}\n\r\t]")
_MOST_WHOLE = 1_000_000

STATES = {
    "draft": "起草中",
    "submitted": "送审中",
    "approved": "已审签",
    "issued": "已出具",
    "served": "已送达",
    "void": "已作废",
}
MOVES = {
    "submit": (("draft",), "submitted"),
    "return": (("submitted", "approved"), "draft"),
    "approve": (("submitted",), "approved"),
    "issue": (("approved",), "issued"),
    "serve": (("issued",), "served"),
    "void": (("draft", "submitted", "approved", "issued"), "void"),
}
"""What may be done with a paper: from which states, to which one (P-SX 6.4.4)."""
MOVE_NAMES = {
    "change": "修改", "submit": "送审", "return": "退回修改", "approve": "审签", "issue": "出具",
    "serve": "登记送达", "void": "作废", "render": "重新排版", "scan": "上传盖章扫描件",
}  # fmt: skip

OFFICE_DRAWS = ("registrar", "dispatcher", "supervisor", "leader", "importer")
OFFICE_APPROVES = ("dispatcher", "leader", "importer")
UNIT_DRAWS = ("handler", "unit_head", "importer")
UNIT_APPROVES = ("unit_head", "importer")
REVIEW_DRAWS = ("reviewer", "leader", "unit_head", "handler", "importer")
REVIEW_APPROVES = ("leader", "unit_head", "importer")
DRAWS = {"office": OFFICE_DRAWS, "unit": UNIT_DRAWS, "review": REVIEW_DRAWS}
APPROVES = {"office": OFFICE_APPROVES, "unit": UNIT_APPROVES, "review": REVIEW_APPROVES}


@dataclass(frozen=True)
class Element:
    """Something that a paper states; `claim` ones identify a person and stay out of lists."""

    name: str
    title: str
    type: str
    sample: Any
    claim: bool = False
    columns: Mapping[str, str] | None = None


@dataclass(frozen=True)
class Document:
    """One kind of paper."""

    code: str
    name: str
    kind: str
    by: tuple[str, ...]
    basis: str
    limit: str
    template: str
    edition: int
    required: tuple[Element, ...]
    optional: tuple[Element, ...]
    line: int
    series: str | None = None
    approval: bool = True
    signed: bool = True
    upward: bool = False
    masthead: str | None = None
    instead_of: str | None = None
    when: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    says: tuple[str, ...] = ()
    never: tuple[str, ...] = ()

    @property
    def elements(self) -> dict[str, Element]:
        """All that it may state, by name."""
        return {element.name: element for element in (*self.required, *self.optional)}

    @property
    def samples(self) -> dict[str, Any]:
        """Fictional values of every element."""
        return {name: element.sample for name, element in self.elements.items()}


@dataclass(frozen=True)
class Catalogue:
    """Every kind of paper, and how numbers are written."""

    documents: Mapping[str, Document]
    pattern: str
    prefixes: Mapping[str, str]

    def fitting(self, code: str, about: Mapping[str, Any]) -> str:
        """The kind to draw up where the procedure names `code`, by what is known of the case."""
        for document in self.documents.values():
            if document.instead_of == code and all(
                about.get(name) in values for name, values in document.when.items()
            ):
                return document.code
        return code

    def number(self, *, prefix: str, series: str, year: int, last: int) -> str:
        """A number such as 云信访转〔2026〕12号 (GB/T 9704-2012, 7.2.5)."""
        return self.pattern.format(prefix=prefix, series=series, year=year, number=last)


def check_fields(
    document: Document, given: Mapping[str, Any], *, complete: bool
) -> tuple[dict[str, Any], dict[str, str]]:
    """The values that a paper keeps and what is wrong, by field; `complete` asks for all it needs.

    Days are kept as ISO text, so that values can be stored as they are.
    """
    elements = document.elements
    # A name that is no element's may be anything, so it is not said again unless it is a word.
    problems = {
        f"fields.{name}" if _NAME.match(name) else "fields": both(
            f"{document.name}没有这个要素。", "This paper has no such element."
        )
        for name in given
        if name not in elements
    }
    kept: dict[str, Any] = {}
    for name, element in elements.items():
        value = given.get(name)
        if value in (None, "", []):
            continue
        if (problem := check_value(element, value)) is not None:
            problems[f"fields.{name}"] = problem
        else:
            kept[name] = value.isoformat() if isinstance(value, dt.date) else value
    if complete:
        for element in document.required:
            if element.name not in kept and f"fields.{element.name}" not in problems:
                problems[f"fields.{element.name}"] = both(
                    f"{document.name}必须写明{element.title}（{document.basis}）。",
                    f"The paper must state {element.name} ({document.basis}).",
                )
    return kept, problems


def check_value(element: Element, value: Any) -> str | None:
    """Why a value does not fit its element, or None."""
    return _CHECKS[element.type](element, value)


def _text(element: Element, value: Any) -> str | None:
    most = LONGEST[element.type]
    if not isinstance(value, str) or not value.strip():
        return both(f"{element.title}应为文本。", f"{element.name} must be a text.")
    if len(value) > most:
        return both(f"{element.title}最多{most}个字。", f"At most {most} characters.")
    if (_BEYOND_LINES if element.type == "lines" else _BEYOND).search(value):
        return both(f"{element.title}含有不能使用的字符。", f"{element.name}: bad characters.")
    return None


def _is_day(element: Element, value: Any) -> str | None:
    if as_day(value) is None:
        return both(f"{element.title}应为日期。", f"{element.name} must be a date.")
    return None


def _whole(element: Element, value: Any) -> str | None:
    if type(value) is not int or not 0 <= value <= _MOST_WHOLE:
        return both(f"{element.title}应为整数。", f"{element.name} must be a whole number.")
    return None


def _list(element: Element, value: Any) -> str | None:
    one = Element(element.name, element.title, "lines", "")
    if not isinstance(value, list) or not 0 < len(value) <= _MOST_ITEMS:
        return both(f"{element.title}应为列表。", f"{element.name} must be a list.")
    return next((problem for item in value if (problem := _text(one, item))), None)


def _rows(element: Element, value: Any) -> str | None:
    if not isinstance(value, list) or not 0 < len(value) <= _MOST_ITEMS:
        return both(f"{element.title}应为列表。", f"{element.name} must be a list.")
    columns = element.columns or {}
    one = Element(element.name, element.title, "text", "")
    for row in value:
        if not isinstance(row, Mapping) or set(row) != set(columns):
            names = "、".join(columns)
            return both(f"{element.title}每行须有{names}。", f"Each row needs {names}.")
        for cell in row.values():
            if cell != "" and (problem := _text(one, cell)):
                return problem
    return None


_CHECKS = {
    "text": _text,
    "lines": _text,
    "day": _is_day,
    "whole": _whole,
    "list": _list,
    "rows": _rows,
}
