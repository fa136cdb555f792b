"""The catalogue of English: every text of pages stands in it, in the order of the files.

templates/**.html, pages/**.py: what stands in _('...')      -> msgid
domain/**.py: every text with Chinese characters, but docstrings  -> msgid
`python -m console translations` -> translations/en/LC_MESSAGES/messages.po: what is new is added
without English, what is gone is removed, what is translated stays. After it: translate what it
names, and `python -m console assets` compiles.
"""

import ast
import datetime as dt
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po

_PACKAGE = Path(__file__).parent.parent
CATALOGUE = _PACKAGE / "translations" / "en" / "LC_MESSAGES" / "messages.po"
_BEGUN = dt.datetime(2026, 11, 30, tzinfo=dt.UTC)
HAN = re.compile(r"[\u4e00-\u9fff]")
_CALLS = {"_": None, "gettext": None, "ngettext": (1, 2)}
_TRIMMED = {"trim_blocks": "true", "lstrip_blocks": "true"}


def run(_arguments: list[str]) -> None:
    """Bring the catalogue up to date, and name what has no English yet."""
    catalog = updated(known())
    CATALOGUE.parent.mkdir(parents=True, exist_ok=True)
    with CATALOGUE.open("wb") as file:
        write_po(file, catalog, width=100, ignore_obsolete=True, omit_header=False)
    missing = without_english(catalog)
    for text in missing:
        sys.stdout.write(f"{text}\n")
    sys.stdout.write(f"{len(catalog)} texts, {len(missing)} without English\n")


def known() -> Catalog:
    """The catalogue as it is written down; an empty one where there is none."""
    if not CATALOGUE.exists():
        return _empty()
    with CATALOGUE.open("rb") as file:
        return read_po(file, locale="en")


def updated(before: Catalog) -> Catalog:
    """A catalogue of all texts, with the English that `before` has."""
    after = _empty()
    for text, place in texts():
        had = before.get(text)
        after.add(text, had.string if had else "", locations=[(place, None)])  # type: ignore[list-item]
    return after


def texts() -> Iterator[tuple[str, str]]:
    """Every text that people read, with the file in which it stands; one may come several times."""
    for path in sorted(_PACKAGE.rglob("*.html")):
        with path.open("rb") as file:
            found = extract("jinja2.ext:babel_extract", file, keywords=_CALLS, options=_TRIMMED)
            yield from ((_one(text), _name(path)) for _line, text, _said, _about in found)
    for path in sorted((_PACKAGE / "pages").rglob("*.py")):
        with path.open("rb") as file:
            found = extract("python", file, keywords=_CALLS)
            yield from ((_one(text), _name(path)) for _line, text, _said, _about in found)
    for path in sorted((_PACKAGE / "domain").rglob("*.py")):
        yield from ((text, _name(path)) for text in _in_tables(path.read_text("utf-8")))


def without_english(catalog: Catalog) -> list[str]:
    """The texts that English readers see in Chinese."""
    return [str(one.id) for one in _messages(catalog) if not one.string]


def broken(catalog: Catalog) -> list[str]:
    """The texts whose English has other placeholders: such a page could not be shown."""
    return [str(one.id) for one in _messages(catalog) if one.string and one.check(catalog)]


def _empty() -> Catalog:
    """A catalogue whose head says nothing that changes, so that only texts make a difference."""
    return Catalog(
        locale="en",
        project="minsheng-console",
        version="1",
        header_comment="# The console in English, kept by `python -m console translations`.",
        creation_date=_BEGUN,
        revision_date=_BEGUN,
        last_translator="minsheng",
        language_team="en",
        msgid_bugs_address="minsheng",
        fuzzy=False,
    )


def _messages(catalog: Catalog) -> Iterator[Message]:
    return (one for one in catalog if one.id)


def _in_tables(source: str) -> Iterator[str]:
    """The Chinese texts of a module that are no docstring: names in menus and tables."""
    tree = ast.parse(source)
    told = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    parts = {
        id(part)
        for node in ast.walk(tree)
        if isinstance(node, ast.JoinedStr)
        for part in node.values
    }
    patterns = {
        id(argument)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "re.compile"
        for argument in node.args
    }
    for node in ast.walk(tree):
        text = node.value if isinstance(node, ast.Constant) else None
        if isinstance(text, str) and id(node) not in told | parts | patterns and HAN.search(text):
            yield text


def _one(text: str | tuple[str, ...]) -> str:
    return text if isinstance(text, str) else text[0]


def _name(path: Path) -> str:
    return path.relative_to(_PACKAGE).as_posix()
