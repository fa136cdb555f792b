"""Advice to units, contacts with petitioners, referrals to social organisations."""

import json

import pytest
import sqlalchemy as sa
from coordination_desk import Desk, secret_case
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from routing import models
from routing.domain.coordination import SHOWN_TO_PARTNER, STEPS
from shared.testing import emitted

NEED = {"partner": "mutualaid", "title": "独居老人照料", "need": "每周上门探望一次。"}
CONSENT = {"at": "2026-03-02T09:00:00+08:00", "how": "written"}
VISIT = {"at": "2026-03-02T09:10:00+08:00", "how": "visit", "summary": "已上门探望。"}
BODIES = {
    "consent": CONSENT,
    "refuse": {"note": "本人不愿意。"},
    "decline": {"note": "人手不足。"},
    "visit": VISIT,
    "result": {"result": "已安排每周探望。"},
    "close": {"note": "需求已满足。"},
    "withdraw": {"note": "本人不再需要。"},
}
CONTACT = {
    "at": "2026-03-02T09:00:00+08:00",
    "how": "phone",
    "reached": True,
    "summary": "已说明进展。",
}


@pytest.fixture
def desk(bench):
    return with_partners(Desk(bench))


@pytest.fixture
def any_desk(any_bench):
    return with_partners(Desk(any_bench))


def with_partners(desk):
    for code, name in (("mutualaid", "云屏区邻里互助中心"), ("legalaid", "云屏区法律服务协会")):
        unit = {"name": name, "kind": "social"}
        assert desk.bench.put(f"/v1/units/{code}", "admin", json=unit).status_code == 200
    return desk


def partner(desk, unit="mutualaid"):
    return desk.bench.unit_token("partner", unit=unit)


def proposed(desk, case_id, **changes):
    return desk.done(f"cases/{case_id}/referrals", "registrar", **NEED | changes)


def step(desk, referral, name):
    by = {"token": partner(desk)} if "partner" in STEPS["referral", name].roles else {}
    return desk.send(
        f"referrals/{referral['id']}/{name}",
        *([] if by else ["registrar"]),
        version=referral["version"],
        **by,
        **BODIES.get(name, {}),
    )


def referral_after(desk, *names):
    referral = proposed(desk, desk.bench.opened()["case_id"])
    for name in names:
        answer = step(desk, referral, name)
        assert answer.status_code == 200, answer.text
        referral = answer.json
    return referral


def test_a_need_is_referred_with_consent_visited_answered_and_closed(any_desk):
    referral = referral_after(any_desk, "consent", "accept", "visit", "visit", "result", "close")
    assert (referral["state"], referral["result"]) == ("closed", "已安排每周探望。")
    assert [visit["summary"] for visit in referral["visits"]] == ["已上门探望。"] * 2
    assert (referral["consent_by"], referral["consent_how"]) == ("registrar", "written")
    assert [(line["step"], line["by"]) for line in referral["journal"]] == [
        ("propose", "registrar"), ("consent", "registrar"), ("accept", "partner"),
        ("visit", "partner"), ("visit", "partner"), ("result", "partner"),
        ("close", "registrar"),
    ]  # fmt: skip
    kinds = [e["data"]["kind"] for e in emitted(any_desk.app, "case.noted.v1")]
    assert kinds == [
        "referral_proposed", "referral_consented", "referral_accepted", "referral_visited",
        "referral_visited", "referral_result", "referral_closed",
    ]  # fmt: skip
    sent = json.dumps(emitted(any_desk.app, "case.noted.v1"), ensure_ascii=False)
    assert "探望" not in sent
    assert "mutualaid" not in sent


def test_without_consent_a_partner_sees_nothing(desk):
    referral = referral_after(desk)
    assert desk.read(f"referrals/{referral['id']}", token=partner(desk)).status_code == 404
    assert desk.pages("referrals", token=partner(desk)) == []
    assert step(desk, referral, "accept").status_code == 404
    refused = step(desk, referral, "refuse").json
    assert refused["state"] == "refused"
    assert desk.read(f"referrals/{referral['id']}", token=partner(desk)).status_code == 404


def test_a_partner_sees_what_staff_wrote_for_it_and_neither_case_nor_consent(desk):
    referral = referral_after(desk, "consent")
    seen = desk.read(f"referrals/{referral['id']}", token=partner(desk)).json
    assert (seen["title"], seen["need"]) == (NEED["title"], NEED["need"])
    for name in ("case_id", "consent_by", "consent_at", "consent_how", "note", "begun_by"):
        assert seen[name] is None
    assert seen["journal"] == []
    assert referral["case_id"] not in json.dumps(seen)
    assert seen["allowed"] == ["accept", "decline"]


def test_a_partner_sees_no_other_partners_referrals_nor_any_case(desk):
    referral = referral_after(desk, "consent")
    other = partner(desk, "legalaid")
    assert desk.read(f"referrals/{referral['id']}", token=other).status_code == 404
    assert desk.pages("referrals", token=other) == []
    assert desk.pages(f"referrals?case_id={referral['case_id']}", token=partner(desk)) == []
    for path in ("cases", f"cases/{referral['case_id']}", "meetings", "tasks", "advice"):
        assert desk.read(path, token=partner(desk)).status_code == 403


def test_withdrawn_consent_closes_the_partners_view_at_once(any_desk):
    referral = referral_after(any_desk, "consent", "accept")
    assert len(any_desk.pages("referrals", token=partner(any_desk))) == 1
    after = step(any_desk, referral, "withdraw").json
    assert after["state"] == "withdrawn"
    path = f"referrals/{referral['id']}"
    assert any_desk.read(path, token=partner(any_desk)).status_code == 404
    assert any_desk.pages("referrals", token=partner(any_desk)) == []
    assert step(any_desk, after, "visit").status_code == 404


REFERRAL_STEPS = [name for thing, name in STEPS if thing == "referral" and name != "propose"]


@given(tried=st.lists(st.sampled_from(REFERRAL_STEPS), max_size=8))
@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_whatever_is_tried_a_partner_sees_a_referral_only_while_consent_lasts(bench, tried):
    desk = with_partners(Desk(bench))
    referral = proposed(desk, bench.opened()["case_id"])
    state, version = "proposed", 1
    for name in tried:
        row = STEPS["referral", name]
        answer = step(desk, {"id": referral["id"], "version": version}, name)
        if state in row.from_:
            assert answer.status_code == 200
            state, version = row.to, version + 1
        else:
            assert answer.status_code in (404, 409)
        seen = desk.read(f"referrals/{referral['id']}", token=partner(desk)).status_code
        assert seen == (200 if state in SHOWN_TO_PARTNER else 404)


def test_secret_cases_are_never_referred_and_partners_are_social_organisations(desk):
    secret = secret_case(desk.bench)["case_id"]
    refused = desk.send(f"cases/{secret}/referrals", "dispatcher", **NEED)
    assert (refused.status_code, refused.json["code"]) == (409, "secret_case")
    case = desk.bench.opened()["case_id"]
    for who in ("transport", "nowhere"):
        wrong = desk.send(f"cases/{case}/referrals", "registrar", **NEED | {"partner": who})
        assert wrong.json["errors"][0]["field"] == "partner"
    numbers = NEED | {"need": "电话13800138000。"}
    wrong = desk.send(f"cases/{case}/referrals", "registrar", **numbers)
    assert wrong.json["errors"][0]["field"] == "need"
    desk.accuse(case, "mutualaid")
    accused = desk.send(f"cases/{case}/referrals", "registrar", **NEED)
    assert accused.json["code"] == "accused_unit"


def test_a_case_that_becomes_secret_takes_the_partners_view_away(desk):
    referral = referral_after(desk, "consent")
    with desk.app.db.write() as session:
        session.execute(sa.update(models.cases).values(secret=True))
    assert desk.read(f"referrals/{referral['id']}", token=partner(desk)).status_code == 404


def test_consent_and_visits_do_not_lie_ahead(desk):
    referral = referral_after(desk)
    late = CONSENT | {"at": "2026-03-03T09:00:00+08:00"}
    refused = desk.send(f"referrals/{referral['id']}/consent", "registrar", version=1, **late)
    assert refused.json["errors"][0]["field"] == "at"


def test_contacts_are_logged_by_those_who_see_the_case_and_read_newest_first(any_desk):
    case = any_desk.bench.case_in("accepted")
    path = f"cases/{case['case_id']}/contacts"
    any_desk.done(path, token=any_desk.unit(), **CONTACT, petition_id=case["petition_ids"][0])
    any_desk.done(path, "registrar", **CONTACT | {"reached": False, "summary": "无人接听。"})
    listed = any_desk.pages(path, token=any_desk.unit())
    assert [(c["by"], c["reached"]) for c in listed] == [("registrar", False), ("handler", True)]
    other = any_desk.unit(unit="housing")
    assert any_desk.send(path, token=other, **CONTACT).status_code == 404
    assert any_desk.read(path, token=other).status_code == 404
    events = any_desk.told("contact_logged")
    assert [e["data"]["unit"] for e in events] == ["transport", "bureau"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"summary": "本人电话13800138000。"}, "summary"),
        ({"summary": "身份证号440308199001011234。"}, "summary"),
        ({"at": "2026-03-02T12:00:00+08:00"}, "at"),
        ({"how": "telepathy"}, "how"),
        ({"petition_id": "another"}, "petition_id"),
    ],
)
def test_a_contact_that_does_not_hold_is_refused_naming_the_field(desk, changes, field):
    case = desk.bench.opened()["case_id"]
    refused = desk.send(f"cases/{case}/contacts", "registrar", **CONTACT | changes)
    assert refused.status_code == 422
    assert [error["field"] for error in refused.json["errors"]] == [field]


def advice_body(*case_ids, **changes):
    return {
        "kind": "improve_work",
        "to_unit": "transport",
        "problem": "多次未按期答复。",
        "suggestion": "明确专人负责。",
        "case_ids": list(case_ids),
    } | changes


def accountability(*case_ids, **changes):
    about = {"kind": "accountability", "to_unit": "discipline", "about_unit": "transport"}
    return advice_body(*case_ids, **about | {"ground": "delay"} | changes)


def test_advice_is_sent_and_its_adoption_fed_back_in_writing(any_desk):
    case = any_desk.bench.case_in("accepted")["case_id"]
    sent = any_desk.done("advice", "supervisor", **advice_body(case))
    assert (sent["state"], sent["cases"], sent["due_day"]) == ("sent", 1, None)
    feedback = {"adopted": "partly", "feedback": "已指定专人，系统改造另行安排。"}
    path = f"advice/{sent['id']}/feed-back"
    back = any_desk.done(path, token=any_desk.unit(), version=1, **feedback)
    assert (back["state"], back["adopted"]) == ("fed_back", "partly")
    assert [line["step"] for line in back["journal"]] == ["send", "feed_back"]
    again = any_desk.send(path, token=any_desk.unit(), version=2, **feedback)
    assert (again.status_code, again.json["basis"]) == (409, "T22 Art.40")
    kinds = [e["data"]["kind"] for e in emitted(any_desk.app, "case.noted.v1")]
    assert kinds == ["advice_sent", "advice_fed_back"]


def test_advice_is_read_by_the_bureau_and_by_the_unit_it_was_sent_to(desk):
    case = desk.bench.case_in("accepted")["case_id"]
    sent = desk.done("advice", "leader", **advice_body(case, to_unit="housing"))
    path = f"advice/{sent['id']}"
    housing = desk.unit(unit="housing")
    assert desk.read(path, token=housing).status_code == 200
    assert desk.pages(f"{path}/cases", token=housing) == []
    assert desk.read(path, "registrar").status_code == 200
    assert desk.read(path, token=desk.unit()).status_code == 404
    assert desk.send(f"{path}/feed-back", "supervisor", version=1, adopted="adopted",
                     feedback="已采纳。").json["code"] == "not_your_unit"  # fmt: skip


def test_advice_on_accountability_warns_nobody(desk):
    case = desk.bench.case_in("accepted")["case_id"]
    sent = desk.done("advice", "supervisor", **accountability(case))
    path = f"advice/{sent['id']}"
    assert desk.read(path, token=desk.unit()).status_code == 404
    for role in ("registrar", "auditor"):
        assert desk.read(path, role).status_code == 404
    assert desk.read(path, token=desk.unit(unit="discipline")).status_code == 200
    (event,) = desk.told("advice_sent")
    assert (event["data"]["unit"], event["data"]["kind_name"]) == (None, "提出建议")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"ground": None}, "invalid"),
        ({"about_unit": None}, "invalid"),
        ({"about_unit": "discipline"}, "advice_to_itself"),
        ({"kind": "improve_policy"}, "invalid"),
        ({"due_day": "2026-03-01"}, "invalid"),
        ({"case_ids": ["nowhere"]}, "invalid"),
    ],
)
def test_advice_that_does_not_hold_is_refused(desk, changes, code):
    refused = desk.send("advice", "leader", **accountability() | changes)
    assert refused.json["code"] == code


def test_advice_drawn_from_a_secret_case_is_for_those_who_see_it(desk):
    case = secret_case(desk.bench)["case_id"]
    sent = desk.done("advice", "leader", **advice_body(case, to_unit="housing"))
    assert desk.read(f"advice/{sent['id']}", "registrar").status_code == 404
    assert desk.pages("advice", "auditor") == []
    assert len(desk.pages("advice", "leader")) == 1
