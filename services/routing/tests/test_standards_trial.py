"""A dry run of standards over HTTP: whether they would load, what would change, nothing kept.

files --> POST /v1/standards/check --> would_load, errors by file and line, changes, cases
"""

import random
from importlib import resources

import pytest
import sqlalchemy as sa
from casework import brought, units

from routing import models

FOLDER = resources.files("routing.standards")
PROCEDURE = (FOLDER / "procedure.yaml").read_text(encoding="utf-8")
DOCUMENTS = (FOLDER / "documents.yaml").read_text(encoding="utf-8")


@pytest.fixture
def office(bench):
    return units(bench)


def tried(office, role="admin", **files):
    """The answer to files by name; `__` stands for a slash and `_yaml` for the ending."""
    named = {
        name.replace("__", "/").replace("_yaml", ".yaml"): text for name, text in files.items()
    }
    return office.post("/v1/standards/check", role, json={"files": named})


def changed(text, old, new):
    assert text.count(old) >= 1, old
    return text.replace(old, new, 1)


def line_of(text, part):
    return text[: text.index(part)].count("\n") + 1


def test_the_running_edition_loads_and_changes_nothing(office):
    answer = tried(office, procedure_yaml=PROCEDURE, documents_yaml=DOCUMENTS)
    assert answer.status_code == 200, answer.text
    assert answer.json == {
        "would_load": True,
        "errors": [],
        "changes": [],
        "cases": [],
        "clocks": [],
    }


def test_what_would_change_is_named_and_which_open_cases_stand_there(office):
    for _ in range(2):
        brought(office, "handling")
    brought(office, "registered")
    edition = changed(
        PROCEDURE, "handling:            {name: 办理中", "handling:            {name: 正在办理"
    )
    edition = changed(edition, "    length: {days: 60}", "    length: {days: 45}")
    answer = tried(office, procedure_yaml=edition).json
    assert (answer["would_load"], answer["errors"]) == (True, [])
    assert answer["changes"] == [
        {
            "section": "states",
            "name": "handling",
            "change": "changed",
            "what": ["name"],
            "values": [{"name": "name", "before": "办理中", "after": "正在办理"}],
        },
        {
            "section": "clocks",
            "name": "D5",
            "change": "changed",
            "what": ["days"],
            "values": [{"name": "days", "before": "60", "after": "45"}],
        },
    ]
    assert answer["cases"] == [
        {"state": "handling", "state_name": "办理中", "change": "changed", "cases": 2}
    ]
    assert answer["clocks"] == [
        {"clock": "D5", "clock_name": "办结并书面答复", "change": "changed", "running": 2}
    ]


def test_what_may_not_be_taken_away_is_an_error_and_shown_with_the_cases_it_would_strand(office):
    brought(office, "mediating")
    edition = PROCEDURE.replace("      mediating,", "").replace(", mediating", "")
    edition = edition.replace("[mediating]", "[handling]").replace("to: mediating", "to: handling")
    at = edition.index("  mediating:   ")
    edition = edition[:at] + edition[edition.index("\n", at) + 1 :]
    answer = tried(office, procedure_yaml=edition).json
    assert answer["would_load"] is False
    assert {"procedure.yaml"} <= {error["file"] for error in answer["errors"]}
    removed = [c["name"] for c in answer["changes"] if c["change"] == "removed"]
    assert removed == ["mediating"]
    (stranded,) = [one for one in answer["cases"] if one["change"] == "removed"]
    assert (stranded["state"], stranded["cases"]) == ("mediating", 1)


def test_each_file_tells_its_error_with_line_and_reason_in_both_languages(office):
    procedure = changed(PROCEDURE, "guards: [not_accusation, visit_only]", "guards: [visits_only]")
    documents = changed(DOCUMENTS, "type: day", "type: date")
    answer = tried(
        office,
        procedure_yaml=procedure,
        documents_yaml=documents,
        posts_yaml="posts: {}\n",
        **{"templates__extension_notice.html": "<p>{{ no_such_thing }}</p>"},
    ).json
    assert answer["would_load"] is False
    found = {error["file"]: error for error in answer["errors"]}
    assert found["procedure.yaml"]["line"] == line_of(procedure, "visits_only")
    assert found["procedure.yaml"]["reason_en"] == "no guard 'visits_only'"
    assert found["documents.yaml"]["line"] == line_of(documents, "type: date")
    assert "类型" in found["documents.yaml"]["reason"]
    assert "no_such_thing" in found["extension_notice.html"]["reason"]
    assert (found["posts.yaml"]["at_start"], found["procedure.yaml"]["at_start"]) == (False, True)


def test_a_new_state_that_the_handbook_does_not_know_loads_and_is_told(office):
    edition = changed(
        PROCEDURE,
        "  archived:            {name: 已归档, stage: 办结, ended: true}\n",
        "  archived:            {name: 已归档, stage: 办结, ended: true}\n"
        "  asked:               {name: 待回音, stage: 办理, ended: true}\n",
    )
    at = edition.index("  guide_law:\n")
    edition = edition[:at] + edition[at:].replace("to: guided", "to: asked", 1)
    answer = tried(office, procedure_yaml=edition).json
    assert any(c["name"] == "asked" and c["change"] == "added" for c in answer["changes"])
    assert [e for e in answer["errors"] if e["file"] == "handbook/states.yaml"]


def test_the_offices_own_files_count_where_none_is_sent(make_bench, tmp_path):
    own = tmp_path / "own"
    own.mkdir()
    (own / "procedure.yaml").write_text(
        changed(PROCEDURE, "    length: {days: 60}", "    length: {days: 50}"), encoding="utf-8"
    )
    office = units(make_bench(STANDARDS_DIR=str(own)))
    assert tried(office, documents_yaml=DOCUMENTS).json["changes"] == []
    (row,) = tried(office, procedure_yaml=PROCEDURE).json["changes"]
    assert (row["name"], row["what"]) == ("D5", ["days"])


def test_a_parameter_that_settings_give_must_be_in_the_edition(make_bench):
    office = units(make_bench(PROCEDURE_PARAMETERS='{"answer_met_by": "reply"}'))
    edition = changed(PROCEDURE, "choices: [serve, reply]", "choices: [serve, issue]")
    answer = tried(office, procedure_yaml=edition).json
    assert answer["would_load"] is False
    assert "PROCEDURE_PARAMETERS" in answer["errors"][0]["reason"]


def test_nothing_is_kept_by_a_trial(office):
    case = brought(office, "handling")
    edition = changed(
        PROCEDURE, "handling:            {name: 办理中", "handling:            {name: 别的"
    )
    assert tried(office, procedure_yaml=edition).json["would_load"]
    assert office.case(case["case_id"])["state_name"] == "办理中"
    with office.app.db.read() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(models.refusals)) == 0


@pytest.mark.parametrize("name", ["../x.yaml", "/etc/passwd", "templates/../a.html", "x.yaml",
                                  "handbook/none.yaml", "templates/A.html"])  # fmt: skip
def test_only_files_of_standards_are_taken(office, name):
    answer = office.post("/v1/standards/check", "admin", json={"files": {name: "a: 1"}})
    assert (answer.status_code, answer.json["errors"][0]["field"]) == (422, f"files.{name}")


@pytest.mark.parametrize("role", ["leader", "dispatcher", "handler", "auditor"])
def test_only_administrators_try_standards(office, role):
    assert tried(office, role, procedure_yaml=PROCEDURE).status_code == 403


def bomb(levels=9, width=9):
    rows = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    rows += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * width)}]" for n in range(1, levels)]
    return "\n".join(rows)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (bomb(), "too much, aliases written out"),
        ("a: " + "[" * 500 + "]" * 500, "nested too deeply"),
        ("a: &a [*a]", "it contains itself"),
        ("a: {b: 1, b: 2}", "'b' stands twice"),
        ("\n\na: [", "not YAML"),
        ("a: !!python/name:os.system x", "cannot be read"),
    ],
)
def test_a_file_made_to_do_harm_is_refused_with_its_line(office, text, reason):
    (error,) = tried(office, procedure_yaml=text).json["errors"]
    assert reason in error["reason_en"]
    assert error["line"] >= 1


def test_too_large_too_many_or_no_text_is_refused(office):
    assert tried(office, procedure_yaml="a" * 500_001).status_code == 422
    assert office.post("/v1/standards/check", "admin", json={"files": {}}).status_code == 422
    many = {f"templates/t{n}.html": "<p></p>" for n in range(101)}
    assert office.post("/v1/standards/check", "admin", json={"files": many}).status_code == 422
    big = {f"templates/t{n}.html": "x" * 400_000 for n in range(6)}
    assert office.post("/v1/standards/check", "admin", json={"files": big}).status_code == 413
    odd = office.post(
        "/v1/standards/check",
        "admin",
        data=r'{"files": {"procedure.yaml": "a: \ud800"}}',
        content_type="application/json",
    )
    assert odd.status_code == 422, odd.text


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("name", ["documents.yaml", "answer_checks.yaml", "posts.yaml",
                                  "conduct.yaml", "procedure.yaml"])  # fmt: skip
def test_whatever_is_cut_out_of_a_file_is_told_as_an_error_or_loads(office, name, seed):
    chance = random.Random(f"{name} {seed}")
    lines = (FOLDER / name).read_text(encoding="utf-8").splitlines()
    for _ in range(chance.randint(1, 3)):
        at = chance.randrange(len(lines))
        lines[at] = chance.choice(["", lines[at].partition(":")[0] + ": 7", lines[at][:-1], "  x"])
    answer = office.post("/v1/standards/check", "admin", json={"files": {name: "\n".join(lines)}})
    assert answer.status_code == 200, answer.text
    assert all(error["reason"] and error["line"] for error in answer.json["errors"])
