"""Templates of papers: a new edition is for new papers; papers within a larger transaction."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from documents_desk import TEMPLATES, Desk, samples

from routing.use_cases import documents as papers
from shared.auth import Principal


@pytest.fixture
def desk(bench: Any) -> Desk:
    return Desk(bench)


@pytest.fixture
def any_desk(any_bench: Any) -> Desk:
    return Desk(any_bench)


def put_template(desk: Desk, kind: str, html: str) -> Any:
    return desk.bench.put(f"/v1/templates/{kind}", "admin", json={"html": html})


def test_a_new_edition_is_for_new_papers_and_issued_ones_keep_theirs(desk: Desk) -> None:
    old = desk.issued()
    put = put_template(desk, "transfer_letter", TEMPLATES["transfer_letter"] + "<p>此致。</p>")
    assert put.json["edition"] == 2
    new = desk.issued()
    assert (desk.read(old).json["edition"], new["edition"]) == (1, 2)
    assert "此致。" not in desk.read(old, what="/preview").text
    assert "此致。" in desk.read(new, what="/preview").text
    again = put_template(desk, "transfer_letter", TEMPLATES["transfer_letter"] + "<p>此致。</p>")
    assert again.json["edition"] == 2
    kinds = {k["kind"]: k for k in desk.bench.get("/v1/templates", "handler").json["items"]}
    assert (kinds["transfer_letter"]["edition"], kinds["opinion"]["edition"]) == (2, 1)


@pytest.mark.parametrize(
    "spoil, line, reason",
    [
        (lambda s: s + "\n{{ poem }}", "last", "没有要素poem"),
        (lambda s: s + "\n{% if %}", "last", "语法错误"),
        (lambda s: s.replace("{{ remedy_body }}", "某机关"), 1, "复查（复核）机关"),
        (lambda s: s + "\n<p>也可以提起诉讼。</p>", "last", "不得出现“诉讼”"),
        (lambda s: s.replace("复查", "申诉"), 1, "必须写明“复查”"),
        (lambda s: s + "\n<p>", None, "不是规范的标记"),
        (lambda s: s + "\n<script>1</script>", None, "<script>"),
        (lambda s: s + '\n<p onclick="x">1</p>', None, "onclick"),
        (lambda s: s + "\n{{ laws.append(1) }}", "last", "不能使用函数"),
        (lambda s: s + "\n{% include 'x' %}", "last", "不能使用函数、宏或引用"),
        (lambda s: s + "\n{{ petitioner * 9 }}", "last", "is not allowed"),
        (lambda s: s + "\n{{ petitioner.__class__ }}", "last", "不能生成"),
        (lambda s: "<!DOCTYPE x>" + s, 1, "不能使用声明"),
    ],
)
def test_a_template_that_may_not_be_used_is_refused_with_line_and_reason(
    desk: Desk, spoil: Callable[[str], str], line: Any, reason: str
) -> None:
    html = spoil(TEMPLATES["opinion"].strip())
    refused = put_template(desk, "opinion", html)
    assert refused.status_code == 422, refused.text
    (error,) = refused.json["errors"]
    assert error["field"] == "html"
    assert reason in error["reason"]
    expected = {"last": f"{len(html.splitlines())}行", 1: "1行"}.get(line, "")
    assert error["reason"].startswith(f"opinion.html 第{expected}")
    kept = desk.bench.get("/v1/templates/opinion", "admin").json
    assert kept["edition"] == 1


def test_only_an_administrator_puts_templates(desk: Desk) -> None:
    path = "/v1/templates/opinion"
    assert desk.bench.put(path, "dispatcher", json={"html": "x"}).status_code == 403
    assert desk.bench.get("/v1/templates/poem", "admin").status_code == 404


@pytest.fixture
def in_one_transaction(desk: Desk) -> Iterator[Any]:
    with desk.app.db.write() as session:
        yield session


def test_an_action_draws_up_and_issues_in_one_transaction(
    desk: Desk, in_one_transaction: Any
) -> None:
    by = Principal("d", frozenset({"dispatcher"}), "bureau", frozenset({"*"}))
    about = {"by": by, "now": desk.app.clock.now(), "resources": desk.app.resources}
    drawn = papers.draft(
        in_one_transaction,
        case_row=desk.case,
        kind="transfer_letter",
        fields=samples("transfer_letter"),
        **about,
    )
    issued = papers.issue(
        in_one_transaction, document_id=drawn["document_id"], approving=True, **about
    )
    assert (issued["state"], issued["approved_by"]) == ("issued", "d")
