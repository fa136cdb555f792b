"""What is withheld from somebody is in no read of supervision, and in no count for them."""

import datetime as dt
import random

import pytest

from shared.clock import OFFICE_TZ
from shared.rebuild import rebuild
from shared.testing import MORNING, hear, mark

YESTERDAY = MORNING.astimezone(OFFICE_TZ).date() - dt.timedelta(days=1)
QIAN = {"withheld_from": [mark("qian"), mark("housing", "unit")], "named_readers": []}
ZHOU = {"withheld_from": [], "named_readers": [mark("zhou")]}
NOBODY = {"withheld_from": [], "named_readers": []}


@pytest.fixture
def told(app, story):
    """Tells of a case with an overdue duty, and then who may know of it."""

    def tell(*access, unit="transport", **facts):
        case = story(**facts)
        hear(app, *case.forwarded_to(unit, due=YESTERDAY))
        for who in access:
            hear(app, case.then("access_changed", **who))
        return case

    return tell


@pytest.fixture
def seen(office):
    """Whether somebody finds a case in the timeline and among what is overdue."""

    def look(case, role, *, account=None, unit="bureau", scope=("*",)):
        token = office.token(role, account=account, unit=unit, scope=scope)
        timeline = office.get(f"/v1/cases/{case.case_id}/timeline", token=token)
        overdue = office.get("/v1/overdue", token=token).json["items"]
        listed = case.case_id in [item["case_id"] for item in overdue]
        assert listed == (timeline.status_code == 200)
        return listed

    return look


@pytest.mark.parametrize("secret", [True, False])
@pytest.mark.parametrize("role", ["supervisor", "leader", "dispatcher", "reviewer"])
def test_the_accused_and_the_recused_see_nothing_and_their_colleagues_all(told, seen, role, secret):
    case = told(QIAN, secret=secret)
    assert not seen(case, role, account="qian")
    assert not seen(case, role, account="someone", unit="housing")
    assert seen(case, role, account="sun")


def test_an_accused_unit_does_not_see_the_case_even_where_it_leads(told, seen):
    own = {"unit": "housing", "scope": ("housing",)}
    case = told(NOBODY, unit="housing", secret=True)
    assert seen(case, "unit_head", **own)
    case = told(QIAN, unit="housing", secret=True)
    assert not seen(case, "unit_head", **own)


def test_a_named_reader_sees_a_secret_case_until_the_name_is_taken_off(app, told, seen):
    case = told(ZHOU, secret=True)
    assert seen(case, "registrar", account="zhou")
    assert not seen(case, "registrar", account="zheng")
    hear(app, case.then("access_changed", **NOBODY))
    assert not seen(case, "registrar", account="zhou")


def test_a_header_of_an_earlier_release_changes_nothing(app, told, seen):
    case = told(secret=True)
    assert seen(case, "supervisor", account="qian")
    hear(app, case.then("access_changed", **QIAN), case.then("accepted"))
    assert not seen(case, "supervisor", account="qian")


def test_counts_leave_out_what_is_withheld_from_who_asks(app, office, told):
    told(NOBODY)
    before = office.get("/v1/counts", token=office.token("supervisor", account="qian")).json
    case = told(QIAN, secret=True)
    hear(app, case.issued("d-1", number="云信转〔2026〕1号"))
    for account, more in (("qian", 0), ("sun", 1)):
        after = office.get("/v1/counts", token=office.token("supervisor", account=account)).json
        added = {name: after[name] - before[name] for name in before}
        assert added == {"petitions": more, "cases": more, "entries": 3 * more}


def test_a_case_that_another_was_merged_into_is_not_named_to_whom_it_accuses(app, office, told):
    target, case = told(QIAN, secret=True), told(NOBODY)
    hear(app, case.then("merged", said={"into": target.case_id}))
    for account, expected in (("qian", False), ("sun", True)):
        token = office.token("supervisor", account=account)
        found = office.get(f"/v1/cases/{case.case_id}/timeline", token=token)
        assert (target.case_id in found.text) is expected


def test_the_change_is_no_entry_and_the_marks_are_shown_to_nobody(office, told):
    case = told(QIAN, ZHOU)
    shown = office.get(f"/v1/cases/{case.case_id}/timeline", "leader")
    assert [entry["type"] for entry in shown.json["entries"]] == [
        "case.opened.v1", "case.forwarded.v1"
    ]  # fmt: skip
    assert "withheld" not in shown.text
    assert mark("zhou") not in shown.text


def test_every_order_and_a_rebuild_end_in_the_same_tables(app, story, picture):
    case = story(secret=True)
    events = case.forwarded_to("transport", due=YESTERDAY)
    events += [case.then("access_changed", **QIAN), case.then("accepted")]
    events += [case.then("access_changed", **ZHOU), case.then("replied", **ZHOU)]
    hear(app, *events)
    in_order = picture(app)
    for seed in range(8):
        rebuild(app)
        again = [*events, *events[:3]]
        random.Random(seed).shuffle(again)
        for event in again:
            hear(app, event)
        assert picture(app) == in_order
