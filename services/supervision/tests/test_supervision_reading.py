"""Timelines, lights, overdue clocks and counts, for those who may know."""

import datetime as dt

import pytest

from shared.clock import day_ends
from shared.testing import MORNING, hear
from supervision.domain import days_late, light_of, worst

TODAY = dt.date(2026, 3, 2)
YESTERDAY = TODAY - dt.timedelta(days=1)
NEXT_MONTH = TODAY + dt.timedelta(days=30)


def day(ahead):
    return TODAY + dt.timedelta(days=ahead)


def light(*, kind, state, due):
    """What a clock shows this morning, yellow being three days."""
    yellow = dt.timedelta(days=3)
    return light_of(kind=kind, state=state, due_at=day_ends(due), now=MORNING, yellow=yellow)


@pytest.mark.parametrize(
    ("state", "due", "expected"),
    [
        ("running", NEXT_MONTH, "green"),
        ("running", day(3), "green"),
        ("running", day(2), "yellow"),
        ("running", TODAY, "yellow"),
        ("running", YESTERDAY, "red"),
        ("met", YESTERDAY, "blue"),
        ("missed", NEXT_MONTH, "red"),
        ("cancelled", YESTERDAY, "grey"),
        ("a state of tomorrow", YESTERDAY, "grey"),
    ],
)
def test_a_duty_shows_its_light(state, due, expected):
    assert light(kind="duty", state=state, due=due) == expected


@pytest.mark.parametrize(
    ("state", "due", "expected"),
    [("running", TODAY, "green"), ("running", YESTERDAY, "grey"), ("cancelled", TODAY, "grey")],
)
def test_a_window_warns_nobody(state, due, expected):
    assert light(kind="window", state=state, due=due) == expected


def test_a_case_shows_its_worst_clocks_light():
    assert worst(["blue", "yellow", "green"]) == "yellow"
    assert worst([]) == "grey"


def test_the_first_minute_after_the_last_day_is_one_day_late():
    assert days_late(due_day=TODAY, now=day_ends(TODAY)) == 1
    assert days_late(due_day=TODAY, now=day_ends(TODAY) - dt.timedelta(seconds=1)) == 0


def test_a_timeline_tells_what_happened_in_order(app, office, story):
    case = story()
    told = case.whole_life()
    hear(app, *reversed(told))
    answer = office.get(f"/v1/cases/{case.case_id}/timeline", "supervisor")
    assert answer.status_code == 200
    body = answer.json
    assert answer.headers["ETag"] == '"8"'
    assert body["state"] == "closed"
    assert body["close_reason"] == "served"
    assert body["lead_unit"] == "urban"
    assert [entry["type"].split(".")[1] for entry in body["entries"]] == [
        *("opened", "classified", "forwarded", "assigned"),
        *("accepted", "replied", "served", "closed"),
    ]
    assert body["entries"][2]["facts"] == {
        "lead_unit": "transport",
        "lead_unit_name": "单位transport",
        "co_units": ["urban", "police"],
    }
    assert [(clock["id"], clock["light"]) for clock in body["clocks"]] == [("M60", "blue")]
    assert body["light"] == "blue"


def test_a_duty_is_overdue_from_the_end_of_its_last_day(app, office, clock, story):
    case = story()
    hear(app, *case.forwarded_to("transport", due=TODAY))
    assert office.get("/v1/overdue", "supervisor").json["items"] == []
    clock.at = day_ends(TODAY)
    (item,) = office.get("/v1/overdue", "supervisor").json["items"]
    assert item["case_id"] == case.case_id
    assert (item["unit"], item["unit_name"]) == ("transport", "单位transport")
    assert (item["clock"], item["basis"]) == ("D3", "T22 Art.22")
    assert (item["due_day"], item["days_late"]) == (TODAY.isoformat(), 1)
    duty, window = office.get(f"/v1/cases/{case.case_id}/timeline", "leader").json["clocks"]
    assert (duty["id"], duty["overdue"], duty["light"]) == ("D3", True, "red")
    assert (window["id"], window["overdue"], window["light"]) == ("D4", False, "grey")


def test_a_settled_clock_is_never_overdue(app, office, clock, story):
    hear(app, *story().whole_life())
    clock.advance(days=900)
    assert office.get("/v1/overdue", "supervisor").json["items"] == []


def test_overdue_clocks_come_in_pages_longest_overdue_first(app, office, story):
    due = [day(-(n % 4) - 1) for n in range(11)]
    for one in due:
        hear(app, *story().forwarded_to("transport", due=one))
    seen, cursor = [], ""
    while cursor is not None:
        more = f"&cursor={cursor}" if cursor else ""
        page = office.get(f"/v1/overdue?limit=3{more}", "supervisor").json
        seen += [(item["due_day"], item["case_id"]) for item in page["items"]]
        cursor = page["next_cursor"]
    assert len(seen) == len(set(seen)) == 11
    assert seen == sorted(seen)


def test_overdue_is_counted_by_unit_as_the_list_has_it(app, office, story):
    for unit, due in (("urban", day(-1)), ("transport", day(-9)), ("urban", day(-3))):
        hear(app, *story().forwarded_to(unit, due=due))
    counted = office.get("/v1/overdue/units", "supervisor").json["items"]
    listed = office.get("/v1/overdue", "supervisor").json["items"]
    assert [one["unit"] for one in counted] == ["transport", "urban"]
    for one in counted:
        theirs = [item for item in listed if item["unit"] == one["unit"]]
        assert one["unit_name"] == f"单位{one['unit']}"
        assert one["clocks"] == len(theirs)
        assert one["cases"] == len({item["case_id"] for item in theirs})
        assert one["days_late"] == max(item["days_late"] for item in theirs)


def test_overdue_can_be_asked_of_one_unit(app, office, story):
    for unit in ("transport", "urban"):
        hear(app, *story().forwarded_to(unit, due=YESTERDAY))
    page = office.get("/v1/overdue?unit=urban", "supervisor").json
    assert [item["unit"] for item in page["items"]] == ["urban"]
    assert office.get("/v1/overdue?unit=-", "supervisor").json["items"] == []


@pytest.mark.parametrize(
    ("query", "field", "zh", "en"),
    [
        ("limit=0", "limit", "应在1和200之间。", "Must be between 1 and 200."),
        ("limit=x", "limit", "应为整数。", "Must be a whole number."),
        ("cursor=!", "cursor", "游标无效", "Not a cursor"),
        ("cursor=WyJ4IiwgImEiLCAiYiJd", "cursor", "游标无效", "Not a cursor"),
        ("cursor=WyIyMDI2LTAzLTAyVDAwOjAwOjAwWiIsICJcdTAwMDAiLCAiYiJd", "cursor", "游标", "Not a"),
        ("cursor=WyIwMDAxLTAxLTAxVDAwOjAwOjAwKzE0OjAwIiwgImEiLCAiYiJd", "cursor", "游标", "Not a"),
        ("unit=%00", "unit", "控制字符", "control character"),
        ("unti=a", "unti", "没有这个字段。", "There is no such field."),
    ],
)
def test_a_bad_query_is_refused_by_field_in_both_languages(office, query, field, zh, en):
    for language, reason in (("zh", zh), ("en", en)):
        answer = office.get(
            f"/v1/overdue?{query}", "supervisor", headers={"Accept-Language": language}
        )
        assert answer.status_code == 422
        (error,) = answer.json["errors"]
        assert error["field"] == field
        assert reason in error["reason"]


def may_read(office, case, token):
    """Whether timeline, overdue list and counts all show the case, or all hide it."""
    status = office.get(f"/v1/cases/{case.case_id}/timeline", token=token).status_code
    listed = office.get("/v1/overdue", token=token).json["items"]
    assert status in (200, 404)
    assert (status == 200) == (case.case_id in [item["case_id"] for item in listed])
    return status == 200


READERS = [
    # role, unit scope, usual case led by transport and helped by urban, the same in the secret lane
    ("dispatcher", ("*",), True, True),
    ("supervisor", ("*",), True, True),
    ("reviewer", ("*",), True, True),
    ("leader", ("*",), True, True),
    ("auditor", ("*",), True, False),
    ("registrar", ("*",), True, False),
    ("admin", ("*",), True, False),
    ("importer", ("*",), True, True),
    ("handler", ("transport",), True, True),
    ("unit_head", ("transport", "police"), True, True),
    ("handler", ("urban",), True, False),
    ("handler", ("police",), False, False),
    ("handler", (), False, False),
    ("handler", ("*",), False, False),
    ("supervisor", ("police",), False, False),
]


@pytest.mark.parametrize("reader", READERS)
def test_who_sees_a_case(app, office, story, reader):
    role, scope, usual, secret = reader
    token = office.token(role, scope=scope)
    for is_secret, allowed in ((False, usual), (True, secret)):
        case = story(secret=is_secret, co_units=["urban"])
        hear(app, *case.forwarded_to("transport", due=YESTERDAY))
        assert may_read(office, case, token) == allowed


def test_a_hidden_case_and_an_absent_one_answer_alike(app, office, story):
    case = story(secret=True)
    hear(app, *case.forwarded_to("transport", due=YESTERDAY))
    hidden = office.get(f"/v1/cases/{case.case_id}/timeline", "registrar")
    absent = office.get("/v1/cases/no-such-case/timeline", "registrar")
    assert hidden.status_code == absent.status_code == 404
    same = ("type", "title", "status", "code", "detail")
    assert [hidden.json[name] for name in same] == [absent.json[name] for name in same]


def test_a_case_that_changes_hands_is_shown_to_the_new_unit_only(app, office, story):
    case = story()
    hear(app, *case.forwarded_to("transport", due=YESTERDAY))
    case.lead_unit = "urban"
    hear(app, case.then("forwarded"))
    assert not may_read(office, case, office.token("handler", scope=("transport",)))
    assert may_read(office, case, office.token("handler", scope=("urban",)))


@pytest.mark.parametrize("role", ["partner", "channel:web"])
def test_others_may_not_ask_at_all(office, role):
    assert office.get("/v1/overdue", role).status_code == 403
    assert office.get("/v1/cases/x/timeline", role).status_code == 403


def test_nobody_asks_without_a_token(office):
    assert office.get("/v1/counts").status_code == 401
    assert office.get("/v1/counts", token=office.citizen_token("x")).status_code == 401


def test_a_petition_known_from_either_side_counts_once(app, office, story):
    told_by_both, by_intake, by_routing = story(), story(), story()
    hear(app, told_by_both.then("opened"), told_by_both.registered(), by_intake.registered())
    hear(app, by_routing.then("opened"))
    assert office.get("/v1/counts", "admin").json == {"petitions": 3, "cases": 2, "entries": 2}


def test_a_units_counts_are_its_own_and_leave_the_secret_lane_out(app, office, story):
    for unit, secret in (("transport", False), ("transport", True), ("urban", False)):
        case = story(secret=secret, co_units=["police"])
        hear(app, *case.forwarded_to(unit, due=YESTERDAY))
    ours = office.get("/v1/counts", token=office.token("handler", scope=("transport",)))
    helped = office.get("/v1/counts", token=office.token("handler", scope=("police",)))
    assert ours.json == {"petitions": 2, "cases": 2, "entries": 4}
    assert helped.json == {"petitions": 2, "cases": 2, "entries": 4}
    assert office.get("/v1/counts", "supervisor").json["cases"] == 3
