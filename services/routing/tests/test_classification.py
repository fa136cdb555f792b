"""What a suggestion says, what is learnt from a choice, and what goes without a dispatcher."""

import subprocess
import sys
from typing import Any

import pytest
import sqlalchemy as sa

from routing import models
from routing.models import classification as tables
from routing.service import SERVICE
from routing.use_cases import classification
from shared.errors import Invalid

RULE = {"min_percent": 50, "unit": "transport", "active": True}
BUS = {"title": "公交站没有公交车", "content": "末班车太早，公交九点就停了。"}


def row_of(bench: Any, case: dict[str, Any]) -> dict[str, Any]:
    """The case's own row, as a use case reads it."""
    found = sa.select(models.cases).where(models.cases.c.case_id == case["case_id"])
    with bench.app.db.read() as session:
        return dict(session.execute(found).one()._mapping)


def choose(bench: Any, case: dict[str, Any], category: str) -> None:
    row = row_of(bench, case)
    with bench.app.db.write() as session:
        classification.keep_choice(
            session, case_row=row, category=category, by="li", at=bench.app.clock.now()
        )


def sent_to(bench: Any, case: dict[str, Any]) -> str | None:
    with bench.app.db.read() as session:
        return classification.pre_dispatch_for(session, case_row=row_of(bench, case))


def put_rule(bench: Any, category: str = "transport.bus", *roles: str, **changes: Any) -> Any:
    path = f"/v1/pre-dispatch/{category}"
    return bench.put(path, *(roles or ("admin",)), json=RULE | changes)


def test_a_suggestion_says_category_unit_words_confidence_class_route_and_suspicion(any_bench):
    found = row_of(any_bench, any_bench.opened(**BUS))["suggestion"]
    assert (found["category"], found["unit"], found["model"]) == (
        "transport.bus", "transport", "rules",
    )  # fmt: skip
    assert "末班车" in found["words"]
    assert found["top"][0] == {"category": "transport.bus", "confidence": found["confidence"]}
    assert found["purpose"]["code"] == "petition"
    assert found["route"]["basis"] == "T22 Art.31(六)"
    assert found["accusation"] == {"suspected": False, "words": []}


def test_an_accusation_is_suspected_also_where_no_category_shows(bench):
    found = row_of(bench, bench.opened(title="徇私舞弊", content="见附件"))["suggestion"]
    assert found["accusation"]["suspected"]
    assert found["purpose"]["code"] == "accusation"
    assert (found["category"], found["unit"]) == (None, None)


def test_words_that_say_nothing_leave_a_case_without_a_suggestion(bench):
    assert row_of(bench, bench.opened(title="你好", content="早上好"))["suggestion"] is None


def test_the_last_choice_of_a_case_is_the_offices_history(any_bench):
    case = any_bench.opened(**BUS)
    choose(any_bench, case, "transport.taxi")
    choose(any_bench, case, "transport.traffic")
    with any_bench.app.db.read() as session:
        assert classification.choices(session) == [
            (BUS["title"], BUS["content"], "transport.traffic")
        ]


def test_a_choice_is_kept_with_what_was_suggested_and_by_whom(bench):
    case = bench.opened(**BUS)
    choose(bench, case, "transport.taxi")
    with bench.app.db.read() as session:
        kept = session.execute(sa.select(tables.corrections)).one()
    assert (kept.suggested, kept.chosen, kept.model, kept.by) == (
        "transport.bus", "transport.taxi", "rules", "li",
    )  # fmt: skip
    assert BUS["content"] not in str(kept)


def test_the_secret_lane_teaches_nothing(bench):
    choose(bench, bench.opened(purpose="accusation", secret=True), "discipline.conduct")
    with bench.app.db.read() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(tables.corrections)) == 0


def test_a_category_that_is_none_cannot_be_chosen(bench):
    with pytest.raises(Invalid, match="not valid"):
        classification.chosen_category("nothing", resources=bench.app.resources)
    bus = classification.chosen_category("transport.bus", resources=bench.app.resources)
    assert bus.unit == "transport"


def test_nothing_is_dispatched_without_a_rule_that_is_active(any_bench):
    case = any_bench.opened(**BUS)
    assert sent_to(any_bench, case) is None
    put_rule(any_bench, active=False)
    assert sent_to(any_bench, case) is None
    put_rule(any_bench)
    assert sent_to(any_bench, case) == "transport"


def test_a_rule_holds_from_its_confidence_on(bench):
    put_rule(bench, min_percent=95)
    assert sent_to(bench, bench.opened(**BUS)) is None


def test_a_rule_is_about_the_category_that_the_confidence_is_about(bench):
    put_rule(bench)
    row = row_of(bench, bench.opened(**BUS))
    row["suggestion"] |= {"confidence": 0.99, "confidence_of": "transport", "model": "1"}
    with bench.app.db.read() as session:
        assert classification.pre_dispatch_for(session, case_row=row) is None
    put_rule(bench, "transport")
    with bench.app.db.read() as session:
        assert classification.pre_dispatch_for(session, case_row=row) == "transport"


def test_what_may_be_an_accusation_waits_for_a_person(bench):
    put_rule(bench)
    accusing = BUS | {"content": BUS["content"] + "公交公司的局长受贿。"}
    assert sent_to(bench, bench.opened(**accusing)) is None
    assert sent_to(bench, bench.opened(**BUS, purpose="accusation")) is None


@pytest.mark.parametrize(
    ("category", "changes", "field"),
    [
        ("nothing", {}, "category"),
        ("transport.bus", {"unit": "nobody"}, "unit"),
        ("transport.bus", {"unit": "discipline"}, "unit"),
        ("transport.bus", {"min_percent": 10}, "min_percent"),
    ],
)
def test_a_rule_that_cannot_hold_is_refused_by_its_field(bench, category, changes, field):
    answer = put_rule(bench, category, **changes)
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json["errors"]] == [field]


def test_rules_are_set_by_those_who_answer_for_them_and_read_by_all_staff(bench):
    assert put_rule(bench, "transport.bus", "handler").status_code == 403
    put_rule(bench)
    put_rule(bench, "transport.taxi")
    first = bench.get("/v1/pre-dispatch?limit=1", "handler").json
    assert [item["category"] for item in first["items"]] == ["transport.bus"]
    rest = bench.get(f"/v1/pre-dispatch?limit=1&cursor={first['next_cursor']}", "handler").json
    assert [item["category"] for item in rest["items"]] == ["transport.taxi"]
    assert rest["next_cursor"] is None


def test_no_classifier_is_listed_before_one_is_trained(bench):
    assert bench.get("/v1/classifiers", "admin").json == {"items": [], "next_cursor": None}


def test_a_process_that_serves_the_web_never_imports_the_learning_library():
    asked = (
        "import sys\n"
        "from routing.service import SERVICE\n"
        "from shared.web import create_app\n"
        "print([m for m in ('sklearn', 'scipy', 'numpy') if m in sys.modules])\n"
    )
    told = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"
    assert "train" in SERVICE.tools
