"""The catalogue and its templates: checked whole at start, and set on paper as GB/T 9704 says."""

import datetime as dt
import io
import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import docx
import pytest
from docx.shared import Mm
from hypothesis import given, settings
from hypothesis import strategies as st

from routing.domain.catalogue import load_catalogue
from routing.domain.documents import SYSTEM, Document, check_fields
from routing.domain.standards import Source, StandardError
from routing.layout.child import RenderingFailed, renderer
from routing.layout.page import compose, css
from routing.layout.papers import standards
from routing.layout.seal import NoSeal, make_seal
from routing.layout.templates import FOLDER, cn, day, load_templates
from routing.resources import procedure_of

DOCUMENTS, TEMPLATES = standards()
KINDS = sorted(DOCUMENTS.documents)
CATALOGUE = (FOLDER.parent / "documents.yaml").read_text(encoding="utf-8")


def composed(document: Document, fields: dict[str, Any] | None = None) -> str:
    """A paper filled with its samples, or with other values."""
    system = {
        "unit_name": "云屏区信访局",
        "number": "云信访转〔2026〕12号" if document.series else "",
        "issued_on": dt.date(2026, 3, 5),
        "case_no": "XS202600000012",
        "document_name": document.name,
    }
    return compose(
        document, TEMPLATES[document.code], fields=fields or document.samples, system=system
    )


def words(body: str) -> str:
    return "".join(ET.fromstring(body).itertext())


@pytest.mark.parametrize("kind", KINDS)
def test_a_paper_shows_everything_that_it_must_state(kind: str) -> None:
    document = DOCUMENTS.documents[kind]
    text = re.sub(r"\s", "", words(composed(document)))
    for element in document.required:
        sample = element.sample
        if element.type == "day":
            sample = day(sample)
        parts = sample if isinstance(sample, list) else [sample]
        for part in parts:
            cells = [cell for cell in part.values() if cell] if isinstance(part, dict) else [part]
            for cell in cells:
                assert re.sub(r"\s", "", str(cell)) in text, element.name


@pytest.mark.parametrize("kind", KINDS)
def test_every_paper_names_its_basis_and_its_limit(kind: str) -> None:
    document = DOCUMENTS.documents[kind]
    assert re.match(r"(T22|P-|TCP|TZJ)", document.basis)
    assert document.limit
    assert not set(document.elements) & SYSTEM


@pytest.mark.parametrize("kind", ["opinion", "simple_reply", "review_opinion", "re_review_opinion"])
def test_an_opinion_never_points_to_the_courts(kind: str) -> None:
    document = DOCUMENTS.documents[kind]
    assert not re.search("诉讼|起诉|行政复议|法院", TEMPLATES[kind])
    assert ("请求复查" if kind in ("opinion", "simple_reply") else "复核") in TEMPLATES[kind]
    if kind != "re_review_opinion":
        assert "三十日内" in TEMPLATES[kind]
        assert "remedy_body" in document.elements


def test_who_the_petitioner_is_is_marked_in_every_paper() -> None:
    for document in DOCUMENTS.documents.values():
        for name, element in document.elements.items():
            if name.startswith(("petitioner", "applicant", "party_a")) and element.type == "text":
                assert element.claim or name == "petitioner_view", name


Spoil = Callable[[str], str]
UNUSED = "poem: {title: 诗, type: text, sample: 诗}"


@pytest.mark.parametrize(
    "spoil, reason",
    [
        (lambda s: s.replace("    kind: letter", "    kind: poem", 1), "没有这种文种"),
        (lambda s: s.replace("by: office", "by: nobody", 1), "制作主体不存在"),
        (lambda s: s.replace("required: [to_unit,", "required: [poem,", 1), "没有要素poem"),
        (lambda s: s.replace("  limit:", "  limt:", 1).replace("limt", "limit2", 1), "limit"),
        (lambda s: s.replace("type: text", "type: verse", 1), "类型不存在"),
        (lambda s: s.replace("sample: 王某某", "sample: 5", 1), "应为文本"),
        (lambda s: s.replace("{number}号", "号", 1), "编号格式须含"),
        (lambda s: s.replace("{number}", "{nmber}", 1), "编号格式有误"),
        (lambda s: s.replace("code: assignment_letter", "code: transfer_letter", 1), "重复"),
        (lambda s: s + "\n  - [", "expected"),
        (lambda s: s.replace("documents:", f"  {UNUSED}\ndocuments:"), "没有文书使用"),
    ],
)  # fmt: skip
def test_a_mistake_in_the_catalogue_names_file_line_and_reason(spoil: Spoil, reason: str) -> None:
    good = CATALOGUE
    bad = spoil(good)
    with pytest.raises(StandardError) as caught:
        load_catalogue(source=Source("documents.yaml", bad))
    assert caught.value.file == "documents.yaml"
    assert reason in caught.value.message
    differing = next(
        (n for n, pair in enumerate(zip(good.splitlines(), bad.splitlines(), strict=False), 1)
         if pair[0] != pair[1]), len(bad.splitlines()),
    )  # fmt: skip
    assert abs(caught.value.line - differing) <= 12


def an_office(folder: Path, **changed: str) -> Path:
    """An office's own editions: of the catalogue, of templates."""
    (folder / "templates").mkdir()
    for name, text in changed.items():
        path = "documents.yaml" if name == "catalogue" else f"templates/{name}.html"
        (folder / path).write_text(text, encoding="utf-8")
    return folder


def test_an_office_has_its_own_catalogue_and_templates(tmp_path: Path) -> None:
    own = TEMPLATES["transfer_letter"].replace("收悉", "收到")
    renamed = CATALOGUE.replace("name: 转送函", "name: 信访事项转送函", 1)
    folder = an_office(tmp_path, catalogue=renamed, transfer_letter=own)
    catalogue, templates = standards(folder)
    assert catalogue.documents["transfer_letter"].name == "信访事项转送函"
    assert templates == {**TEMPLATES, "transfer_letter": own}


def test_a_template_that_no_paper_uses_is_refused(tmp_path: Path) -> None:
    folder = an_office(tmp_path, stray="<p>1</p>")
    with pytest.raises(StandardError, match="stray.html line 1"):
        load_templates(DOCUMENTS, folder=folder)


def test_a_paper_without_a_template_is_refused(tmp_path: Path) -> None:
    folder = an_office(tmp_path, catalogue=CATALOGUE.replace("opinion.html", "poem.html", 1))
    with pytest.raises(StandardError, match=r"documents.yaml line \d+: no template poem.html"):
        standards(folder)


def test_no_kind_of_paper_may_be_left_out(tmp_path: Path) -> None:
    renamed = CATALOGUE.replace("code: file_index", "code: file_list", 1)
    folder = an_office(tmp_path, catalogue=renamed)
    with pytest.raises(StandardError, match=r"documents.yaml line \d+: the paper file_index"):
        standards(folder)


def test_a_paper_that_the_procedure_names_and_nobody_knows_is_refused_with_its_line() -> None:
    good = (FOLDER.parent / "procedure.yaml").read_text(encoding="utf-8")
    wrong = "documents: [transfer_letter, poem]"
    bad = good.replace("documents: [transfer_letter, procedural_notice]", wrong, 1)
    with pytest.raises(StandardError) as caught:
        procedure_of(source=Source("procedure.yaml", bad))
    assert caught.value.line == bad[: bad.index(wrong)].count("\n") + 1
    assert "没有文书“poem”" in caught.value.message


@pytest.mark.parametrize(
    "named, about, kind",
    [
        ("opinion", {"purpose": "petition", "route": "petition"}, "opinion"),
        ("opinion", {"purpose": "petition", "handling": "simple"}, "simple_reply"),
        ("opinion", {"purpose": "petition", "route": "duty"}, "duty_reply"),
        ("opinion", {"purpose": "suggestion", "handling": "simple"}, "suggestion_reply"),
        ("settlement_agreement", {"agreement": "mediation"}, "mediation_agreement"),
        ("settlement_agreement", {"agreement": "settlement"}, "settlement_agreement"),
    ],
)
def test_the_paper_is_the_one_for_how_the_case_is_handled(
    named: str, about: dict[str, Any], kind: str
) -> None:
    assert DOCUMENTS.fitting(named, about) == kind


@settings(deadline=None)
@given(value=st.text(st.characters(exclude_categories=())), name=st.text())
def test_whatever_text_a_paper_accepts_can_be_set(value: str, name: str) -> None:
    document = DOCUMENTS.documents["transfer_letter"]
    given_fields = document.samples | {"summary": value}
    kept, problems = check_fields(document, given_fields | {name: "x"}, complete=True)
    json.dumps(list(problems), ensure_ascii=False).encode()
    if "fields.summary" not in problems and "summary" in kept:
        fields = document.samples | {"summary": kept["summary"]}
        shown = words(composed(document, fields))
        assert "".join(value.split()) in "".join(shown.split())


def test_the_page_is_that_of_gb_t_9704() -> None:
    style = css()
    assert "margin: 37mm 26mm 35mm 28mm" in style, "天头, 订口, and so 版心 156 x 225 mm"
    points = 72 / 25.4
    assert abs(22 * 28.98 - 225 * points) < 1, "22 lines"
    assert abs(28 * (16 - 0.2075) - 156 * points) < 1, "28 characters"


def test_a_letter_is_set_as_pdf_and_docx_by_a_process_of_its_own() -> None:
    body = composed(DOCUMENTS.documents["transfer_letter"])
    made = renderer(seconds=60, megabytes=2048)(body)
    assert made["pdf"].startswith(b"%PDF-")
    written = docx.Document(io.BytesIO(made["docx"]))
    (section,) = written.sections
    assert abs(section.page_width - section.left_margin - section.right_margin - Mm(156)) < Mm(1)
    assert abs(section.page_height - section.top_margin - section.bottom_margin - Mm(225)) < Mm(1)
    text = re.sub(r"\s", "", "".join(p.text for p in written.paragraphs))
    assert "云信访转〔2026〕12号" in text
    assert "关于转送王某某信访事项的函" in text


def test_a_paper_that_takes_too_much_ends_its_own_process_only() -> None:
    body = composed(DOCUMENTS.documents["transfer_letter"])
    with pytest.raises(RenderingFailed) as caught:
        renderer(seconds=60, megabytes=100)(body)
    assert "王某某" not in str(caught.value)
    with pytest.raises(RenderingFailed):
        renderer(seconds=60, megabytes=2048)("<body><p>open</body>")


def test_what_renders_is_never_loaded_where_requests_and_events_are_handled() -> None:
    code = (
        "import sys, routing.service; from routing.layout.papers import standards; standards(); "
        "print({'weasyprint', 'docx', 'fontTools'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    assert done.stdout == "set()\n"


def test_a_seal_that_nobody_knows_keeps_the_process_from_starting() -> None:
    assert isinstance(make_seal("none"), NoSeal)
    assert NoSeal().stamp(b"pdf", unit="bureau", number=None) == b"pdf"
    with pytest.raises(ValueError, match="E_SEAL"):
        make_seal("wax")


@pytest.mark.parametrize("number, text", [(1, "一"), (10, "十"), (11, "十一"), (23, "二十三")])
def test_numbers_are_written_as_in_chinese_papers(number: int, text: str) -> None:
    assert cn(number) == text
