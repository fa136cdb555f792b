"""The handbook holds all that the standards hold, in the edition where it belongs."""

import html as markup
import re
from html.parser import HTMLParser
from importlib import resources
from pathlib import Path
from typing import Any

import pytest

from routing.domain.guards import GUARDS
from routing.domain.standards import StandardError
from routing.domain.suggestion import load_rules
from routing.handbook import model
from routing.handbook.page import to_html
from routing.handbook.pdf import lay_out
from routing.handbook.shelf import Shelf, read_standards
from routing.handbook.standards import Standards
from routing.handbook.steps import length_of
from routing.handbook.texts import EDITIONS
from routing.layout.papers import standards
from routing.resources import standard_procedure
from routing.tools import handbook as tool
from shared.auth import ROLES
from shared.citing import codes_in, in_words
from shared.service import find_services

PROCEDURE = standard_procedure()
CATALOGUE, TEMPLATES = standards()
CATEGORIES = load_rules().categories


def read(folder: Path | None = None) -> Standards:
    """The standards as the package brings them, or with an office's own files."""
    return read_standards(
        procedure=PROCEDURE,
        catalogue=CATALOGUE,
        templates=TEMPLATES,
        categories=CATEGORIES,
        folder=folder,
    )


class Page(HTMLParser):
    """A page's anchors and links, its headings, and whether its elements close."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.text = text
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        self.ids += [str(named["id"])] if "id" in named else []
        self.links += [str(named["href"])] if "href" in named else []

    def part(self, anchor: str) -> str:
        """The text from an anchor to the next one."""
        _, _, rest = self.text.partition(f'id="{anchor}"')
        plain = re.sub(r"<[^>]+>", " ", rest.partition(' id="')[0])
        return markup.unescape(plain)


def cite(made: Standards, basis: str) -> str:
    """A basis as the handbook says it."""
    return in_words(basis, made.texts.sources)


@pytest.fixture(scope="module")
def made() -> Standards:
    """The package's standards."""
    return read()


@pytest.fixture(scope="module")
def pages(made: Standards) -> dict[str, Page]:
    """Both editions."""
    return {edition: Page(to_html(made, edition)) for edition in EDITIONS}


@pytest.mark.parametrize("edition", EDITIONS)
@pytest.mark.parametrize("code", PROCEDURE.states)
def test_every_state_is_explained_in_both_editions(
    pages: dict[str, Page], edition: str, code: str
) -> None:
    part = pages[edition].part(f"state-{code}")
    assert PROCEDURE.states[code].name in part
    for heading in ("轮到谁", "怎么做", "怎么判断", "常见错误", "示例"):
        assert heading in part


@pytest.mark.parametrize("name", PROCEDURE.actions)
def test_every_action_says_who_does_what_by_when_on_what_basis(
    pages: dict[str, Page], made: Standards, name: str
) -> None:
    action = PROCEDURE.actions[name]
    for edition in EDITIONS:
        part = pages[edition].part(f"action-{name}")
        if not model.belongs(action, edition):
            assert part == ""
            continue
        assert action.title in part
        assert cite(made, action.basis) in part
        assert made.texts.actions[name].example in part
        for heading in ("谁来做", "什么时候", "怎么做", "怎么判断", "常见错误"):
            assert heading in part
        for ask in action.asks.values():
            assert ask.field.title in part
        for guard in action.guards:
            assert made.texts.guards[guard] in part
        for paper in (*action.documents, *action.notices):
            document = CATALOGUE.documents.get(paper)
            assert (document.name if document else "") in part
        for clock in PROCEDURE.clocks.values():
            if name in (*clock.starts_on, *clock.settled_by, *clock.cancelled_by):
                assert clock.name in part


def test_departments_are_spared_what_only_the_office_does_but_told_that_it_waits_there(
    pages: dict[str, Page],
) -> None:
    page = pages["department"]
    spared = [a for a in PROCEDURE.actions.values() if not model.belongs(a, "department")]
    assert {"forward", "assign", "classify", "approve_report"} <= {a.name for a in spared}
    assert not {f"action-{action.name}" for action in spared} & set(page.ids)
    assert "转送" in page.part("state-registered")
    assert "同意退回" in page.part("state-objected")
    kept = {"accept", "object", "reply", "serve", "part_answer", "report_back"}
    assert {f"action-{name}" for name in kept} <= set(page.ids)


@pytest.mark.parametrize("edition", EDITIONS)
def test_every_clock_and_parameter_stands_in_both_editions(
    pages: dict[str, Page], made: Standards, edition: str
) -> None:
    page = pages[edition]
    for clock in PROCEDURE.clocks.values():
        part = page.part(f"clock-{clock.id}")
        assert clock.name in part
        assert cite(made, clock.basis) in part
        assert length_of(PROCEDURE, clock) in part
        elsewhere = clock.until or clock.shares or clock.extends
        assert ("次日为第1日" in part) == (not elsewhere)
    for parameter in PROCEDURE.parameters.values():
        part = page.part(f"parameter-{parameter.name}")
        assert parameter.title in part
        assert cite(made, parameter.basis) in part


def test_every_post_role_guard_rule_check_and_category_is_told(
    pages: dict[str, Page], made: Standards
) -> None:
    page = pages["bureau"]
    assert {role for post in made.posts.values() for role in post.roles} == set(ROLES)
    for code, post in made.posts.items():
        part = page.part(f"post-{code}")
        assert post.name in part
        assert all(line in part for line in (*post.daily, *post.must_not))
        own = [a for a in PROCEDURE.actions.values() if a.roles & set(post.roles)]
        assert all(action.title in part for action in own)
    assert all(made.texts.guards[name] in page.part(f"guard-{name}") for name in GUARDS)
    assert all(rule.text in page.part(f"conduct-{rule.code}") for rule in made.conduct)
    assert all(check.says in page.part(f"answer-{check.code}") for check in made.answers)
    assert made.answers
    assert all(node.name in page.part(f"category-{code}") for code, node in CATEGORIES.items())


def test_records_that_a_rule_of_conduct_is_checked_by_can_be_asked_for(made: Standards) -> None:
    routes = {f"{r.method} {r.path}" for service in find_services() for r in service.api.routes}
    named = {c.name for rule in made.conduct for c in rule.checks if c.kind == "report"}
    assert named - routes == set()


def test_departments_read_of_their_own_posts_and_see_whom_else_to_ask(
    pages: dict[str, Page], made: Standards
) -> None:
    page = pages["department"]
    own = {anchor for anchor in page.ids if anchor.startswith("post-")}
    assert own == {"post-handling", "post-unit_head", "post-partner"}
    assert all(post.name in page.part("posts") for post in made.posts.values())


@pytest.mark.parametrize("code", CATALOGUE.documents)
def test_every_paper_comes_with_a_filled_sample(pages: dict[str, Page], code: str) -> None:
    document = CATALOGUE.documents[code]
    part = pages["bureau"].part(f"document-{code}")
    assert document.name in part
    assert document.limit in part
    assert 'class="paper' in pages["bureau"].text.partition(f'id="document-{code}"')[2]
    sample = next(e.sample for e in document.required if e.type == "text" and e.name != "signer")
    assert str(sample) in part
    belongs = document in model.documents_of(CATALOGUE, "department")
    assert (f"document-{code}" in pages["department"].ids) == belongs


@pytest.mark.parametrize("edition", EDITIONS)
def test_every_link_leads_somewhere_and_every_anchor_is_there_once(
    pages: dict[str, Page], edition: str
) -> None:
    page = pages[edition]
    assert {link for link in page.links if not link.startswith("#")} == set()
    assert {link.removeprefix("#") for link in page.links} - set(page.ids) == set()
    assert len(page.ids) == len(set(page.ids))


def test_a_chapter_tells_each_action_once(made: Standards) -> None:
    told = [a["name"] for s in model.build(made, "bureau")["stages"] for a in s["actions"]]
    assert sorted(told) == sorted(PROCEDURE.actions)


@pytest.mark.parametrize(
    ("basis", "words"),
    [
        ("T22 Art.22(三)", "《信访工作条例》第22条第（三）项"),
        ("T22 Arts.22(2), 28-31", "《信访工作条例》第22条第2款、第28—31条"),
        ("T22 Art.31(一)-(四)", "《信访工作条例》第31条第（一）至（四）项"),
        (
            "T22 Art.35；TCP 87-95（类推）",
            "《信访工作条例》第35条；《民事诉讼法》第87—95条（类推）",
        ),
        ("T22 Art.23(1)(2); practice", "《信访工作条例》第23条第1款第2款；办理惯例"),
        ("参数（T22未规定）", "参数（《信访工作条例》未规定）"),
        ("参数", "参数"),
    ],
)
def test_a_basis_is_said_in_words(made: Standards, basis: str, words: str) -> None:
    assert cite(made, basis) == words


def test_no_reader_meets_a_short_code_outside_the_list_of_sources(pages: dict[str, Page]) -> None:
    for page in pages.values():
        text = re.sub(r"<style>.*?</style>", "", page.text, flags=re.DOTALL)
        plain = re.sub(r"<[^>]+>", " ", text.partition('id="sources"')[0])
        assert set(codes_in(markup.unescape(plain))) == set()


# ---------------------------------------------------------------- over HTTP


def test_the_guide_of_any_case_links_to_sections_that_exist(bench: Any) -> None:
    unit = bench.unit_token("handler", "unit_head")
    for state in ("registered", "forwarded", "assigned", "accepted", "replied", "served"):
        case = bench.case_in(state)
        for token, page in ((None, bench.get("/v1/handbook", "dispatcher").text),
                            (unit, bench.get("/v1/handbook", token=unit).text)):  # fmt: skip
            path = f"/v1/cases/{case['case_id']}/guide"
            if token and state == "registered":
                continue
            guide = bench.get(path, "dispatcher", token=token).json
            ids = set(Page(page).ids)
            links = [guide["handbook"], *(action["handbook"] for action in guide["actions"])]
            for link in links:
                where, _, anchor = link.partition("#")
                assert where == "/v1/handbook"
                assert anchor in ids


def test_everyone_gets_the_edition_of_their_seat_and_may_ask_for_the_other(bench: Any) -> None:
    own = bench.get("/v1/handbook", "registrar")
    assert own.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "信访部门版" in own.text
    unit = bench.unit_token("handler")
    assert "承办单位版" in bench.get("/v1/handbook", token=unit).text
    other = bench.get("/v1/handbook?edition=bureau", token=unit)
    assert "信访部门版" in other.text
    refused = bench.get("/v1/handbook?edition=annual", "admin")
    assert refused.status_code == 422
    assert [error["field"] for error in refused.json["errors"]] == ["edition"]


def test_the_handbook_tells_the_values_that_this_office_has_chosen(make_bench: Any) -> None:
    bench = make_bench(PROCEDURE_PARAMETERS='{"objection_reasons_least": 77}')
    assert "77" in Page(bench.get("/v1/handbook", "admin").text).part(
        "parameter-objection_reasons_least"
    )


def test_an_edition_is_made_once_and_anew_when_the_categories_are_others() -> None:
    shelf = Shelf(PROCEDURE, CATALOGUE, TEMPLATES)
    first = shelf.html("department", CATEGORIES)
    assert shelf.html("department", CATEGORIES) is first
    fewer = {code: node for code, node in CATEGORIES.items() if node.group == "transport"}
    assert "category-housing" in first
    assert "category-housing" not in shelf.html("department", fewer)


# ---------------------------------------------------------------- refusals


def edited(tmp_path: Path, name: str, old: str, new: str) -> Path:
    """A folder with an office's own edition of one file."""
    text = (resources.files("routing.standards") / name).read_text(encoding="utf-8")
    assert old in text
    own = tmp_path / name
    own.parent.mkdir(parents=True, exist_ok=True)
    own.write_text(text.replace(old, new, 1), encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("name", "old", "new", "reason"),
    [
        ("handbook/states.yaml", "  simple:\n", "  simplest:\n", "流程中没有“simplest”"),
        ("handbook/states.yaml", "means: 已转送", "meaning: 已转送", "meaning"),
        ("handbook/actions-handling.yaml", "  simplify:\n", "  simplified:\n", "simplified"),
        ("handbook/guards.yaml", "  part_open:", "  part_closed:", "part_closed"),
        ("handbook/overview.yaml", "clocks: [D1, D12]", "clocks: [D1, D99]", "D99"),
        ("posts.yaml", "roles: [auditor]", "roles: [inspector]", "inspector"),
        ("conduct.yaml", "name: extension_once", "name: extension_twice", "extension_twice"),
        ("conduct.yaml", "kind: clock", "kind: watch", "watch"),
        ("posts.yaml", "    name: 登记岗", "    name: ]登记岗", "YAML"),
    ],
)
def test_a_mistake_is_refused_with_file_line_and_reason(
    tmp_path: Path, name: str, old: str, new: str, reason: str
) -> None:
    folder = edited(tmp_path, name, old, new)
    with pytest.raises(StandardError) as caught:
        read(folder)
    before = (folder / name).read_text(encoding="utf-8").partition(new)[0]
    assert caught.value.file == name
    assert caught.value.line == before.count("\n") + 1
    assert reason in caught.value.message


def test_a_missing_action_is_missed_on_the_line_of_its_neighbour(tmp_path: Path) -> None:
    name = "handbook/actions-handling.yaml"
    text = (resources.files("routing.standards") / name).read_text(encoding="utf-8")
    before, _, rest = text.partition("  simplify:\n")
    _, _, after = rest.partition("  to_ordinary:\n")
    own = tmp_path / name
    own.parent.mkdir()
    own.write_text(f"{before}  to_ordinary:\n{after}", encoding="utf-8")
    with pytest.raises(StandardError) as caught:
        read(tmp_path)
    assert caught.value.file == name
    assert text.splitlines()[caught.value.line - 1].strip() == "begin:"
    assert "按简易办理" in caught.value.message


def test_a_missing_state_and_a_role_without_a_post_are_missed(tmp_path: Path) -> None:
    states = edited(tmp_path / "a", "handbook/states.yaml", "  archived:\n", "  # archived:\n")
    with pytest.raises(StandardError):
        read(states)
    posts = edited(tmp_path / "b", "posts.yaml", "roles: [partner]", "roles: [admin]")
    with pytest.raises(StandardError) as caught:
        read(posts)
    assert caught.value.file == "posts.yaml"
    assert "partner" in caught.value.message


# ---------------------------------------------------------------- the tool and the PDF


def test_the_tool_writes_html_of_both_editions(tmp_path: Path, capsys: Any) -> None:
    tool.main(["--out", str(tmp_path / "out"), "--no-pdf"])
    assert {p.name for p in (tmp_path / "out").iterdir()} == {
        "handbook-bureau.html",
        "handbook-department.html",
    }
    assert "handbook-bureau.html" in capsys.readouterr().out


def test_the_tool_tells_of_the_office_s_own_categories(tmp_path: Path, capsys: Any) -> None:
    file = tmp_path / "tree.csv"
    asked = ["--out", str(tmp_path), "--no-pdf", "--edition", "department"]
    file.write_text("code,name,unit\nparks,公园,bureau\nparks.lake,湖,\n", encoding="utf-8")
    tool.main([*asked, "--categories", str(file)])
    page = Page((tmp_path / "handbook-department.html").read_text(encoding="utf-8"))
    told = {anchor for anchor in page.ids if anchor.startswith("category-")}
    assert told == {"category-parks", "category-parks.lake"}
    file.write_text("code,name,unit\nparks,公园,bureau\nparks,湖,\n", encoding="utf-8")
    with pytest.raises(SystemExit):
        tool.main([*asked, "--categories", str(file)])
    assert "tree.csv第3行" in capsys.readouterr().err


def test_the_tool_names_file_and_line_and_writes_nothing(
    tmp_path: Path, capsys: Any, monkeypatch: Any
) -> None:
    folder = edited(tmp_path, "posts.yaml", "roles: [auditor]", "roles: [inspector]")
    monkeypatch.setenv("STANDARDS_DIR", str(folder))
    with pytest.raises(SystemExit) as caught:
        tool.main(["--out", str(tmp_path / "out"), "--no-pdf"])
    assert caught.value.code == 1
    assert "posts.yaml" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_the_pdf_has_a_chapter_for_every_stage(pages: dict[str, Page]) -> None:
    document = lay_out(pages["department"].text)
    assert len(document.pages) > 30
    chapters = {label for label, *_ in document.make_bookmark_tree()}
    assert {state.stage for state in PROCEDURE.states.values()} <= chapters
    assert document.write_pdf().startswith(b"%PDF")
