"""DOCX by python-docx, from the same text as the PDF, so that the two cannot differ."""

import io
from typing import Any
from xml.etree import ElementTree as ET

from docx import Document as new_document
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGN
from docx.enum.text import WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

_RED = RGBColor(0xDD, 0, 0)
_LINE = Pt(28.98)
_SONG, _FANG, _HEI, _KAI = "方正小标宋简体", "仿宋_GB2312", "黑体", "楷体_GB2312"
_WIDTH = Mm(156)
_STYLES: dict[str, dict[str, Any]] = {
    "masthead": {"font": _SONG, "size": 40, "red": True, "align": ALIGN.CENTER, "before": Mm(35)},
    "number": {"align": ALIGN.CENTER, "before": _LINE * 2},
    "unit": {"font": _SONG, "size": 22, "align": ALIGN.CENTER},
    "h1": {"font": _SONG, "size": 22, "align": ALIGN.CENTER, "before": _LINE, "after": _LINE},
    "h2": {"font": _HEI, "indent": True},
    "to": {}, "flush": {},
    "right": {"align": ALIGN.RIGHT},
    "center": {"align": ALIGN.CENTER},
    "attach": {"before": _LINE, "indent": True},
    "hang": {"before": _LINE, "indent": True},
    "small": {"size": 12},
    "sign": {"align": ALIGN.RIGHT, "right": Pt(64)},
}  # fmt: skip
"""How paragraphs look, by the class or the tag that the template gave them."""


def to_docx(body: str) -> bytes:
    """A composed paper as DOCX."""
    tree = ET.fromstring(body)
    kind = (tree.get("class") or "").split()[0]
    made = new_document()
    _set_page(made)
    size = 14 if kind == "form" else 16
    for element in tree:
        _block(made, element, kind=kind, size=size)
    made.core_properties.author = ""
    made.core_properties.title = ""
    kept = io.BytesIO()
    made.save(kept)
    return kept.getvalue()


def _set_page(made: Any) -> None:
    section = made.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    section.footer_distance = Mm(28)
    made.settings.odd_and_even_pages_header_footer = True
    _page_number(section.footer, ALIGN.RIGHT)
    _page_number(section.even_page_footer, ALIGN.LEFT)


def _page_number(footer: Any, align: Any) -> None:
    paragraph = footer.paragraphs[0]
    paragraph.alignment = align
    _font(paragraph.add_run("— "), "宋体", 14)
    run = paragraph.add_run()
    _font(run, "宋体", 14)
    for kind, text in (("begin", None), (None, "PAGE"), ("end", None)):
        if kind:
            mark = OxmlElement("w:fldChar")
            mark.set(qn("w:fldCharType"), kind)
        else:
            mark = OxmlElement("w:instrText")
            mark.text = text
        run._r.append(mark)
    _font(paragraph.add_run(" —"), "宋体", 14)


def _block(made: Any, element: ET.Element, *, kind: str, size: float) -> None:
    name = (element.get("class") or "").split()
    if element.tag == "table" or "imprint" in name:
        table = element if element.tag == "table" else element[0]
        _table(made, table, ruled="numbers" not in name and "plain" not in name, size=size)
    elif "rule" in name:
        _rule(made)
    elif "sign" in name:
        made.add_paragraph()
        for line in element[0]:
            _paragraph(made.add_paragraph(), line, _STYLES["sign"], size=size)
    else:
        look = _STYLES.get(name[0] if name else element.tag, {"indent": True})
        if kind == "form" and element.tag == "h1":
            look = look | {"before": Pt(0), "after": Pt(14)}
        _paragraph(made.add_paragraph(), element, look, size=size)


def _rule(made: Any) -> None:
    paragraph = made.add_paragraph()
    paragraph.paragraph_format.space_after = Pt(0)
    paragraph.paragraph_format.line_spacing = Pt(12)
    borders = OxmlElement("w:pBdr")
    line = OxmlElement("w:bottom")
    for key, value in (("val", "single"), ("sz", "12"), ("space", "1"), ("color", "DD0000")):
        line.set(qn(f"w:{key}"), value)
    borders.append(line)
    paragraph._p.get_or_add_pPr().append(borders)


def _paragraph(paragraph: Any, element: ET.Element, look: dict[str, Any], *, size: float) -> None:
    shape = paragraph.paragraph_format
    size = look.get("size", size)
    shape.space_before, shape.space_after = look.get("before", Pt(0)), look.get("after", Pt(0))
    shape.line_spacing_rule = WD_LINE_SPACING.EXACTLY
    shape.line_spacing = _LINE if size <= 16 else Pt(size * 1.4)  # noqa: PLR2004 - 3号
    if look.get("indent"):
        shape.first_line_indent = Pt(2 * size)
    if "right" in look:
        shape.right_indent = look["right"]
    paragraph.alignment = look.get("align", ALIGN.JUSTIFY)
    _runs(paragraph, element, look, size=size)


def _runs(paragraph: Any, element: ET.Element, look: dict[str, Any], *, size: float) -> None:
    def add(text: str | None, *, font: str | None = None) -> None:
        if text and text.strip("\n"):
            run = paragraph.add_run(text.replace("\n", ""))
            _font(run, font or look.get("font", _FANG), size)
            if look.get("red"):
                run.font.color.rgb = _RED

    add(element.text)
    for child in element:
        if child.tag == "br":
            paragraph.add_run().add_break()
        else:
            add("".join(child.itertext()), font=_KAI if child.get("class") == "signer" else None)
        add(child.tail)


def _font(run: Any, name: str, size: float) -> None:
    run.font.size = Pt(size)
    run.font.name = name
    run._r.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), name)


def _table(made: Any, element: ET.Element, *, ruled: bool, size: float) -> None:
    rows = element.findall("tr")
    columns = max(sum(int(cell.get("colspan", "1")) for cell in row) for row in rows)
    table = made.add_table(rows=len(rows), cols=columns)
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    table.autofit = False
    if ruled:
        table.style = "Table Grid"
    widths = _widths(rows, columns)
    for at, row in enumerate(rows):
        column = 0
        for cell in row:
            span = int(cell.get("colspan", "1"))
            target = table.cell(at, column)
            if span > 1:
                target = target.merge(table.cell(at, column + span - 1))
            target.width = sum(widths[column : column + span])
            column += span
            _fill(target, cell, size=min(size, 14))
        if "tall" in (row.get("class") or ""):
            table.rows[at].height = Pt(56)


def _widths(rows: list[ET.Element], columns: int) -> list[int]:
    headed = next((row for row in rows if len(row) == columns), None)
    if headed is None or any(row[0].tag != "th" for row in rows):
        return [int(_WIDTH / columns)] * columns
    shares = [18 if cell.tag == "th" and cell.get("class") != "narrow" else 0 for cell in headed]
    rest = shares.count(0)
    if not rest:
        return [int(_WIDTH / columns)] * columns
    each = (100 - sum(shares)) / rest
    return [int(_WIDTH * (share or each) / 100) for share in shares]


def _fill(target: Any, cell: ET.Element, *, size: float) -> None:
    look: dict[str, Any] = {"align": ALIGN.LEFT}
    if cell.tag == "th":
        look = {"align": ALIGN.CENTER, "font": _HEI}
    elif cell.get("class") in ("right", "center"):
        look = _STYLES[str(cell.get("class"))]
    parts = cell.findall("p") or [cell]
    for at, part in enumerate(parts):
        paragraph = target.paragraphs[0] if at == 0 else target.add_paragraph()
        own = _STYLES.get(part.get("class") or "", look) if part is not cell else look
        _paragraph(paragraph, part, own, size=size)
        paragraph.paragraph_format.line_spacing = Pt(22)
