"""What other services are told of whom a case is withheld from, and when."""

import pytest
import sqlalchemy as sa
from casework import at_office, badge, brought, done, next_day, units
from coordination_desk import Desk

from routing import models
from routing.jobs import access
from routing.service import SERVICE
from routing.use_cases.telling import tell_access
from shared.marks import Marker
from shared.testing import emitted, make_app, sample_secrets

CHANGED = "case.access_changed.v1"
NEW_KEY = "f7Qn2Wc9Lr4Tx6Bv1Zs8Kd3Hm5Gp0JyE"


@pytest.fixture
def office(bench):
    return units(bench)


@pytest.fixture
def accusation(office):
    at_office(office, "2026-03-02 10:00")
    return office.opened(purpose="accusation", secret=True)


@pytest.fixture
def marker():
    return Marker.parse(sample_secrets()["ACCESS_KEYS"])


def newest(office, case):
    """The header that was told last of a case."""
    return [e for e in emitted(office.app) if e["subject"] == case["case_id"]][-1]["data"]["header"]


def marked(office, case):
    header = newest(office, case)
    return header["withheld_from"], header["named_readers"]


def test_every_event_tells_by_marks_whom_the_case_is_withheld_from(office, accusation, marker):
    assert marked(office, accusation) == ([], [])
    case = done(office, accusation, "protect", by="leader", accused_accounts=["qian"])
    case = done(office, case, "grant_access", by="leader", account="zhou")
    expected = sorted([marker.mark("account", "qian"), marker.mark("unit", "housing")])
    assert marked(office, case) == (expected, [marker.mark("account", "zhou")])
    case = done(office, case, "forward", by="dispatcher", unit="discipline")
    assert marked(office, case) == (expected, [marker.mark("account", "zhou")])
    case = done(office, case, "revoke_access", by="leader", account="zhou")
    assert marked(office, case) == (expected, [])


@pytest.mark.parametrize("action", ["protect", "recuse", "grant_access", "revoke_access"])
def test_what_changes_who_may_know_is_told_at_once_and_shown_to_nobody(office, action):
    case = done(office, brought(office, "handling"), "keep_secret", by="leader")
    before = len(emitted(office.app))
    done(office, case, action, by="leader")
    (event,) = emitted(office.app)[before:]
    assert event["type"] == CHANGED
    assert set(event["data"]) == {"header"}


def test_a_unit_that_a_claim_is_about_is_withheld_from_once_it_turns_out_to_accuse(office, marker):
    case = brought(office, "registered")
    case = done(office, case, "protect", by="leader", accused_units=["housing"])
    assert marked(office, case) == ([], [])
    case = done(office, case, "classify", by="dispatcher", purpose="accusation")
    assert marked(office, case) == ([marker.mark("unit", "housing")], [])


def test_a_split_off_accusation_is_withheld_from_its_first_event_on(office, marker):
    case = brought(office, "registered")
    part = {"purpose": "accusation", "title": "收受礼金", "content": "反映某科长收受礼金。",
            "accused_units": ["housing"], "accused_accounts": ["qian"]}  # fmt: skip
    rest = {"rest_title": "路面破损", "rest_text": "路面破损，请修补。"}
    done(office, case, "split", by="dispatcher", parts=[part], **rest)
    opened = [e for e in emitted(office.app, "case.opened.v1")
              if e["data"]["header"]["purpose"] == "accusation"]  # fmt: skip
    expected = sorted([marker.mark("account", "qian"), marker.mark("unit", "housing")])
    assert [e["data"]["header"]["withheld_from"] for e in opened] == [expected]
    assert [e["data"]["header"]["words_of"] for e in opened] == [case["petition_ids"]]
    assert (marked(office, case), newest(office, case)["words_of"]) == (([], []), [])


def test_a_recused_person_does_not_find_the_case_through_a_meeting_on_it(office):
    case = brought(office, "handling")
    desk = Desk(office)
    meeting = desk.call(case["case_id"])

    def listed(who):
        token = badge(office, who)
        items = desk.read(f"meetings/{meeting['id']}/cases", token=token).json["items"]
        return [item["case_id"] for item in items]

    assert listed("qian=dispatcher") == [case["case_id"]]
    done(office, case, "recuse", by="unit_head", account="qian")
    assert listed("qian=dispatcher") == []
    assert listed("sun=dispatcher") == [case["case_id"]]


def told_since(office, before):
    return [(e["subject"], e["type"]) for e in emitted(office.app)[before:]]


def test_what_was_protected_before_this_release_is_told_once(office, accusation):
    other = office.opened()
    with office.app.db.write() as session:
        row = {"case_id": accusation["case_id"], "kind": "account", "who": "qian"}
        session.execute(sa.insert(models.case_accused).values(row))
    before = len(emitted(office.app))
    access.run(office.app)
    assert told_since(office, before) == [(accusation["case_id"], CHANGED)]
    assert len(marked(office, accusation)[0]) == 1
    access.run(office.app)
    assert len(told_since(office, before)) == 1
    assert marked(office, other) == ([], [])


def test_page_by_page_everything_is_told_on_each_kind_of_database(any_bench):
    office = units(any_bench)
    at_office(office, "2026-03-02 10:00")
    cases = sorted(office.opened()["case_id"] for _ in range(5))
    accused = [{"case_id": one, "kind": "account", "who": who} for one in cases for who in "ab"]
    granted = {"granted_by": "leader", "granted_at": office.app.clock.now(), "reason": "办理需要"}
    with office.app.db.write() as session:
        session.execute(sa.insert(models.case_accused), accused[:6])
        session.execute(
            sa.insert(models.case_access),
            [{"case_id": one, "account": "zhou", **granted} for one in cases[2:]],
        )
    before, after, pages = len(emitted(office.app)), "", []
    while after is not None:
        with office.app.db.write() as session:
            told, after = tell_access(session, after=after, most=2, resources=office.app.resources)
            pages.append(told)
    assert pages == [2, 2, 1]
    assert [subject for subject, _ in told_since(office, before)] == cases
    access.run(office.app)
    assert len(told_since(office, before)) == 5


def test_what_was_told_by_an_action_is_not_told_again_and_the_case_has_not_moved(
    office, accusation
):
    case = done(office, accusation, "protect", by="leader")
    before, version = len(emitted(office.app)), office.case(case["case_id"])["version"]
    access.run(office.app)
    assert told_since(office, before) == []
    assert office.case(case["case_id"])["version"] == version


def test_after_a_rotation_every_marked_case_is_told_under_the_new_key(office, accusation, tmp_path):
    case = done(office, accusation, "protect", by="leader", accused_accounts=["qian"])
    next_day(office)
    old = sample_secrets()["ACCESS_KEYS"]
    app = make_app(
        SERVICE,
        tmp_path,
        clock=office.app.clock,
        database_url=office.app.settings.database_url,
        ACCESS_KEYS=f"{NEW_KEY},{old}",
    )
    before = len(emitted(office.app))
    access.run(app)
    access.run(app)
    app.close()
    assert told_since(office, before) == [(case["case_id"], CHANGED)]
    assert Marker((NEW_KEY,)).mark("account", "qian") in marked(office, case)[0]


def test_district_totals_leave_out_what_is_withheld_from_who_asks(office, accusation):
    def counted(who):
        return office.get("/v1/counts", token=badge(office, who)).json

    before = counted("qian=supervisor")
    assert before == counted("sun=supervisor")
    done(office, accusation, "protect", by="leader", accused_accounts=["qian"])
    after = counted("qian=supervisor")
    assert counted("sun=supervisor") == before
    assert (after["cases"], after["petitions"]) == (before["cases"] - 1, before["petitions"] - 1)
    assert sum(after["by_state"].values()) == after["cases"]


def test_gauges_leave_out_what_is_withheld_from_anybody(office, accusation):
    brought(office, "handling")

    def shown():
        with office.app.db.read() as session:
            found = SERVICE.gauges(session, office.app.clock.now())
        return sum(found["routing_cases_open"].values.values()), found["routing_cases_overdue"]

    at_office(office, "2027-03-02 10:00")
    opened, late = shown()
    done(office, accusation, "protect", by="leader", accused_accounts=["qian"])
    assert shown() == (opened - 1, late - 1)
