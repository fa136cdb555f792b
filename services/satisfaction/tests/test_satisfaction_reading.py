"""Evaluations and counts, for those who may know."""

import datetime as dt

import pytest

from shared.rebuild import rebuild
from shared.testing import hear

OFFICE, UNIT = "petition_office", "handling_unit"


@pytest.fixture
def evaluated(app, office, story):
    """Tells of a served case; grades the office and the unit, as far as grades are given."""

    def tell(*grades, **facts):
        case = story(**facts)
        hear(app, *case.until("served"))
        token = office.citizen_token(case.petition_id)
        for object_, grade in zip((OFFICE, UNIT), grades, strict=False):
            body = {"object": object_, "grade": grade}
            assert office.post("/v1/public/evaluations", token=token, json=body).status_code == 201
        return case

    return tell


def test_a_petitions_evaluations_open_and_recorded(office, evaluated):
    case = evaluated("satisfied")
    items = office.get(f"/v1/evaluations?petition_id={case.petition_id}", "leader").json["items"]
    assert [(one["object"], one["state"], one["grade"]) for one in items] == [
        (OFFICE, "recorded", "satisfied"),
        (UNIT, "open", None),
    ]


def test_they_come_in_pages(office, evaluated):
    case = evaluated()
    path = f"/v1/evaluations?petition_id={case.petition_id}&limit=1"
    first = office.get(path, "leader").json
    second = office.get(f"{path}&cursor={first['next_cursor']}", "leader").json
    assert [page["items"][0]["object"] for page in (first, second)] == [OFFICE, UNIT]
    assert second["next_cursor"] is None


def test_counts_are_grouped_by_unit_and_object(office, evaluated):
    evaluated("satisfied", "dissatisfied")
    evaluated("basically_satisfied", "satisfied")
    evaluated(unit="urban")
    items = office.get("/v1/units/counts", "supervisor").json["items"]
    columns = ("unit", "object", "opened", "recorded", "satisfied", "basically_satisfied")
    columns += ("dissatisfied", "simulated")
    assert [tuple(item[name] for name in columns) for item in items] == [
        ("bureau", OFFICE, 3, 2, 1, 1, 0, 0),
        ("transport", UNIT, 2, 2, 1, 0, 1, 0),
        ("urban", UNIT, 1, 0, 0, 0, 0, 0),
    ]


def test_counts_from_a_day_on_leave_out_what_was_opened_before(office, evaluated):
    midnight = dt.datetime(2026, 3, 1, 16, tzinfo=dt.UTC)
    evaluated("satisfied", at=midnight - dt.timedelta(days=1))
    evaluated("satisfied", unit="urban", at=midnight)

    def counted(since):
        items = office.get(f"/v1/units/counts?since={since}", "supervisor").json["items"]
        return {item["unit"]: (item["opened"], item["recorded"]) for item in items}

    both = {"transport": (1, 0), "urban": (1, 0), "bureau": (2, 2)}
    assert counted("2026-03-01") == both
    assert counted("2026-03-02") == {"urban": (1, 0), "bureau": (1, 1)}
    assert counted("2026-03-03") == {}
    answer = office.get("/v1/units/counts?since=soon", "supervisor")
    assert (answer.status_code, answer.json["errors"][0]["field"]) == (422, "since")


def test_simulated_evaluations_are_told_apart(app, office, clock, story):
    case = story(historical=True)
    hear(app, *case.until("served"))
    clock.advance(days=1)
    body = {"petition_id": case.petition_id, "object": UNIT, "grade": "satisfied"}
    body |= {"at": clock.now().isoformat(), "simulated": True}
    assert office.post("/v1/evaluations", "importer", json=body).status_code == 201
    items = office.get("/v1/units/counts", "supervisor").json["items"]
    assert [(item["recorded"], item["simulated"]) for item in items] == [(0, 0), (1, 1)]


def test_totals(office, evaluated):
    evaluated("satisfied")
    evaluated(secret=True, petition_ids=["a", "b"])
    expected = {"petitions": 3, "cases": 2, "opened": 6, "recorded": 1}
    assert office.get("/v1/counts", "admin").json == expected


READERS = [
    # role, unit scope, usual case led by transport and helped by urban, the same in the secret lane
    ("supervisor", ("*",), True, True),
    ("auditor", ("*",), True, False),
    ("registrar", ("*",), True, False),
    ("importer", ("*",), True, True),
    ("unit_head", ("transport",), True, True),
    ("handler", ("urban",), True, False),
    ("handler", ("police",), False, False),
    ("leader", ("police",), False, False),
]


@pytest.mark.parametrize("reader", READERS)
def test_who_sees_a_cases_evaluations(office, evaluated, reader):
    role, scope, usual, secret = reader
    token = office.token(role, scope=scope)
    for is_secret, allowed in ((False, usual), (True, secret)):
        case = evaluated("satisfied", secret=is_secret, co_units=["urban"])
        path = f"/v1/evaluations?petition_id={case.petition_id}"
        items = office.get(path, token=token).json["items"]
        assert len(items) == (2 if allowed else 0)


def test_a_units_counts_are_its_own(office, evaluated):
    evaluated("satisfied", "satisfied", co_units=["urban"])
    evaluated("satisfied", "dissatisfied", secret=True, co_units=["urban"])
    evaluated(unit="urban")
    leads = office.token("handler", scope=("transport",))
    helps = office.token("handler", scope=("urban",))
    own = office.get("/v1/units/counts", token=leads).json["items"]
    assert [(item["unit"], item["object"], item["recorded"]) for item in own] == [
        ("transport", UNIT, 2)
    ]
    theirs = office.get("/v1/units/counts", token=helps).json["items"]
    assert [(item["unit"], item["opened"]) for item in theirs] == [("urban", 1)]
    totals = office.get("/v1/counts", token=helps).json
    assert totals == {"petitions": 2, "cases": 2, "opened": 4, "recorded": 2}


def test_without_a_known_case_only_the_bureaus_deciding_roles_are_answered(app, office, evaluated):
    case = evaluated("satisfied")
    rebuild(app)
    path = f"/v1/evaluations?petition_id={case.petition_id}"
    assert len(office.get(path, "supervisor").json["items"]) == 2
    for role, scope in (("registrar", ("*",)), ("handler", ("transport",))):
        token = office.token(role, scope=scope)
        assert office.get(path, token=token).json["items"] == []


@pytest.mark.parametrize(
    "path", ["/v1/evaluations?petition_id=a", "/v1/units/counts", "/v1/counts"]
)
def test_others_may_not_ask_at_all(office, path):
    assert office.get(path).status_code == 401
    assert office.get(path, token=office.citizen_token("a")).status_code == 401
    assert office.get(path, "partner").status_code == 403
    assert office.get(path, "channel:web").status_code == 403


@pytest.mark.parametrize(
    ("query", "field", "reason"),
    [
        ("", "petition_id", "必填。"),
        ("petition_id=a&limit=201", "limit", "应在1和200之间。"),
        ("petition_id=a%0A1", "petition_id", "控制字符"),
        ("petition_id=a&cursor=bnVsbA", "cursor", "游标无效"),
    ],
)
def test_a_bad_query_is_refused_by_field(office, query, field, reason):
    answer = office.get(f"/v1/evaluations?{query}", "supervisor")
    assert answer.status_code == 422
    (error,) = answer.json["errors"]
    assert error["field"] == field
    assert reason in error["reason"]
