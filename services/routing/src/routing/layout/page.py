"""The page around a paper's text: head, number, title, signature, imprint (GB/T 9704-2012)."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

from routing.domain.documents import Document
from routing.layout.templates import day, fill, parse, values_of

_LONG_NAME = 11
_CSS = Path(__file__).with_name("page.css")


@cache
def css() -> str:
    """The style sheet of all papers."""
    return _CSS.read_text(encoding="utf-8")


def compose(
    document: Document,
    source: str,
    *,
    fields: Mapping[str, Any],
    system: Mapping[str, Any],
) -> str:
    """The whole paper as XHTML, without a style sheet; what is kept once it is issued.

    `system` has unit_name, number, issued_on, case_no and document_name.
    """
    values = values_of(document, fields, system)
    text = parse(fill(source, values))
    classes = f"{document.kind} upward" if document.upward else document.kind
    body = ET.Element("body", {"class": classes})
    _HEADS[document.kind](body, document, values)
    body.extend(text)
    for table in body.findall("table"):
        if not table.get("class"):
            table.set("class", "body")
    if document.signed:
        _sign(body, values)
    for note in body.findall("p[@class='note']"):  # 附注 stands below the day (7.3.6)
        body.remove(note)
        body.append(note)
    if document.kind == "letter":
        _imprint(body, values)
    return ET.tostring(body, encoding="unicode", method="xml")


def whole(body: str, *, mark: str | None = None) -> str:
    """A page that a browser shows and the PDF is made of; `mark` is draft or void, across it."""
    root = ET.fromstring(body)
    if mark is not None:
        root.set("class", f"{root.get('class')} {mark}")
    # An empty element written as <td /> would be left open by an HTML parser.
    tree = ET.tostring(root, encoding="unicode", method="html")
    style = css()
    return (
        '<!DOCTYPE html><html lang="zh-CN"><head><meta charset="utf-8"><title></title>'
        f"<style>{style}</style></head>{tree}</html>"
    )


def _add(parent: ET.Element, tag: str, text: str = "", **attributes: str) -> ET.Element:
    named = {name.rstrip("_"): value for name, value in attributes.items()}
    element = ET.SubElement(parent, tag, named)
    element.text = text
    return element


def _letter_head(body: ET.Element, document: Document, values: Mapping[str, Any]) -> None:
    name = document.masthead or values["unit_name"]
    _add(body, "p", name, class_="masthead long" if len(name) > _LONG_NAME else "masthead")
    if document.upward:
        row = _add(_add(body, "table", class_="numbers"), "tr")
        _add(row, "td", values["number"])
        cell = _add(row, "td", "签发人：", class_="right")
        _add(cell, "span", str(values["signer"]), class_="signer")
    else:
        _add(body, "p", values["number"], class_="number")
    _add(body, "div", class_="rule")


def _notice_head(body: ET.Element, document: Document, values: Mapping[str, Any]) -> None:
    _add(body, "p", values["unit_name"], class_="unit")
    _add(body, "h1", document.name)
    if values["number"]:
        _add(body, "p", values["number"], class_="number")


def _form_head(body: ET.Element, document: Document, values: Mapping[str, Any]) -> None:
    _add(body, "h1", document.name)
    if values["number"]:
        _add(body, "p", values["number"], class_="number")


def _sign(body: ET.Element, values: Mapping[str, Any]) -> None:
    who = _add(_add(body, "div", class_="sign"), "div", class_="who")
    _add(who, "p", values["unit_name"])
    _add(who, "p", day(values["issued_on"]))


def _imprint(body: ET.Element, values: Mapping[str, Any]) -> None:
    table = _add(_add(body, "div", class_="imprint"), "table")
    if values.get("cc"):
        _add(_add(table, "tr"), "td", f"抄送：{values['cc']}", colspan="2")
    row = _add(table, "tr")
    _add(row, "td", values["unit_name"])
    _add(row, "td", f"{day(values['issued_on'])}印发", class_="right")


_HEADS = {"letter": _letter_head, "notice": _notice_head, "form": _form_head}
