"""How petitioners choose to be served: consent, letters, delivery, supplements, evaluations."""

import pytest
from notices import PERSON, counter, gateway_in

from shared.testing import hear, make_event, mark

ADDRESSED = {"name": "王<b>小明", "address": "云屏区鹭洲一路9号"}
POST = "registrar"


@pytest.fixture(scope="module")
def gateway(tmp_path_factory):
    with gateway_in(tmp_path_factory.mktemp("gateway")) as gateway:
        yield gateway


@pytest.fixture
def desk(request, tmp_path, gateway):
    kind = getattr(request, "param", "sqlite")
    url = None if kind == "sqlite" else request.getfixturevalue("postgres_url")
    gateway.behave("ok")
    (gateway.folder / "took.jsonl").unlink(missing_ok=True)
    with counter(tmp_path, url=url, **gateway.settings) as desk:
        yield desk


on_both_databases = pytest.mark.parametrize(
    "desk", ["sqlite", pytest.param("postgresql", marks=pytest.mark.servers)], indirect=True
)


def wrong(answer):
    """The fields that a refusal names."""
    return [error["field"] for error in answer.json["errors"]]


def lettered(desk, **changes):
    """A petition whose petitioner wants letters, and the id of its first."""
    receipt = desk.registered(petitioner=ADDRESSED, notify={"medium": "letter"}, **changes)
    return receipt, desk.of(receipt["petition_id"])[0].notice_id


def listed(desk, *roles, **kwargs):
    return [one["notice_id"] for one in desk.get("/v1/letters", *roles, **kwargs).json["items"]]


@on_both_databases
def test_a_letter_is_listed_printed_and_marked_as_posted(desk):
    receipt, notice_id = lettered(desk)
    desk.send()
    assert listed(desk, POST) == [notice_id]
    body = {"notice_ids": [notice_id]}
    printed = desk.post("/v1/letters/print", POST, json=body).json
    assert printed["letters"][0]["address"] == ADDRESSED["address"]
    assert receipt["petition_no"] in printed["letters"][0]["text"]
    assert "王&lt;b&gt;小明 收" in printed["page"]
    assert [(look.purpose, look.unmasked) for look in desk.looks()] == [("打印信函", True)]
    assert desk.post("/v1/letters/posted", POST, json=body).json == {"posted": [notice_id]}
    assert desk.post("/v1/letters/posted", POST, json=body).json == {"posted": []}
    assert [(n.status, n.sent_by) for n in desk.notices] == [("sent", "registrar")]
    assert listed(desk, POST) == []
    assert desk.post("/v1/letters/print", POST, json=body).json["letters"] == []


def test_the_list_of_letters_holds_neither_name_nor_address(desk):
    lettered(desk)
    text = desk.get("/v1/letters", POST).text
    assert ADDRESSED["address"] not in text
    assert "小明" not in text


def test_a_secret_letter_is_for_the_deciding_roles_and_says_nothing(desk):
    notify = {"medium": "letter", "consent_to_electronic_service": True}
    receipt = desk.registered(petitioner=ADDRESSED, purpose="accusation", notify=notify)
    notice_id = desk.notices[0].notice_id
    assert listed(desk, POST) == []
    body = {"notice_ids": [notice_id]}
    assert desk.post("/v1/letters/print", POST, json=body).json["letters"] == []
    assert desk.post("/v1/letters/posted", POST, json=body).json == {"posted": []}
    printed = desk.post("/v1/letters/print", "dispatcher", json=body).json
    assert receipt["petition_no"] not in printed["page"].replace(notice_id, "")


def test_a_case_that_became_secret_takes_its_letters_off_the_registrars_list(desk, story):
    receipt, _ = lettered(desk)
    hear(desk.app, story(receipt["petition_id"], secret=True).then("classified"))
    assert listed(desk, POST) == []


def test_a_letter_of_a_withheld_case_is_nobodys_from_whom_it_is_withheld(desk, story):
    receipt, notice_id = lettered(desk)
    case, body = story(receipt["petition_id"]), {"notice_ids": [notice_id]}
    hear(desk.app, case.then("access_changed", withheld_from=[mark("qian")], named_readers=[]))
    qian, sun = (desk.token("dispatcher", account=who) for who in ("qian", "sun"))
    assert listed(desk, token=qian) == []
    assert desk.post("/v1/letters/print", token=qian, json=body).json["letters"] == []
    assert desk.post("/v1/letters/posted", token=qian, json=body).json == {"posted": []}
    assert listed(desk, token=sun) == [notice_id]


@pytest.mark.parametrize("ids", [[], ["x"] * 101, "x", None, [1]])
def test_letters_are_named_by_a_list_of_ids(desk, ids):
    answer = desk.post("/v1/letters/posted", POST, json={"notice_ids": ids})
    assert answer.status_code == 422
    assert wrong(answer)[0].startswith("notice_ids")


def delivery(desk, notice_id, *roles, **body):
    return desk.post(f"/v1/notices/{notice_id}/delivery", *roles, json=body)


@on_both_databases
def test_a_gateway_tells_that_a_notice_arrived(desk):
    desk.registered(petitioner=PERSON)
    desk.send()
    notice_id = desk.notices[0].notice_id
    for _ in range(2):
        told = delivery(desk, notice_id, "channel:sms", delivered=True)
        assert (told.status_code, told.json["status"]) == (200, "delivered")
    late = delivery(desk, notice_id, "channel:sms", delivered=False, reason="EXPIRED")
    assert late.json["status"] == "delivered"
    assert desk.notices[0].delivered_at == desk.app.clock.now()


def test_a_gateway_tells_that_a_notice_did_not_arrive_without_the_number(desk):
    desk.registered(petitioner=PERSON)
    desk.send()
    reason = "13907312345 UNDELIV"
    delivery(desk, desk.notices[0].notice_id, "channel:sms", delivered=False, reason=reason)
    assert desk.notices[0].status == "failed"
    assert "13907312345" not in desk.notices[0].last_error
    assert desk.app.gauges()["notices_lost"].values["failed"] == 1


def test_nobody_but_the_mediums_gateway_tells_of_delivery(desk):
    desk.registered(petitioner=PERSON)
    notice_id = desk.notices[0].notice_id
    assert delivery(desk, notice_id, "registrar", delivered=True).status_code == 403
    assert delivery(desk, notice_id, "channel:hotline", delivered=True).status_code == 404
    assert delivery(desk, "no-such", "channel:sms", delivered=True).status_code == 404


def test_delivery_told_before_it_is_written_down_as_sent_stands(desk, gateway):
    desk.registered(petitioner=PERSON)
    delivery(desk, desk.notices[0].notice_id, "channel:sms", delivered=True)
    desk.send()
    assert desk.statuses() == ["delivered"]


@on_both_databases
def test_a_citizen_consents_and_revokes_and_all_of_it_is_kept(desk):
    receipt = desk.registered(petitioner=PERSON)
    token = desk.citizen_token(receipt["petition_id"])
    path = f"/v1/public/petitions/{receipt['petition_no']}/notify"
    for consent in (True, False):
        body = {"medium": "email", "consent_to_electronic_service": consent}
        said = desk.put(path, token=token, json=body)
        assert said.json["consent_to_electronic_service"] is consent
    seen = desk.get(f"/v1/petitions/{receipt['petition_id']}/notices", "auditor").json
    assert seen["choice"]["consent_to_electronic_service"] is False
    assert (seen["choice"]["channel"], seen["choice"]["medium"]) == ("public", "email")
    elsewhere = desk.registered()
    others = f"/v1/public/petitions/{elsewhere['petition_no']}/notify"
    assert desk.put(others, token=token, json={"medium": "sms"}).status_code == 404


def test_staff_write_down_what_the_petitioner_said(desk, gateway, story):
    receipt = desk.registered(petitioner=PERSON | ADDRESSED)
    path = f"/v1/petitions/{receipt['petition_id']}/notify"
    body = {"medium": "letter", "channel": "visit"}
    assert desk.put(path, "registrar", json=body).json["medium_name"] == "信函"
    assert desk.put(path, token=desk.unit_token("handler"), json=body).status_code == 404
    hear(desk.app, story(receipt["petition_id"]).then("forwarded"))
    assert [n.medium for n in desk.notices] == ["sms", "letter"]


def test_a_choice_of_wechat_needs_the_users_id_which_is_kept_encrypted(desk):
    answer = desk.register(petitioner=PERSON, notify={"medium": "wechat"})
    assert (answer.status_code, wrong(answer)) == (422, ["notify.wechat_id"])
    notify = {"medium": "wechat", "wechat_id": "oX5_fictional-openid"}
    receipt = desk.registered(petitioner=PERSON, notify=notify)
    assert [n.medium for n in desk.of(receipt["petition_id"])] == ["wechat"]
    with desk.app.db.read() as session:
        kept = session.connection().exec_driver_sql("SELECT * FROM notice_choices").all()
    assert b"fictional" not in str(kept).encode()


def ask(desk, petition_id, *roles, **changes):
    body = {"what": "请提供租房合同复印件。", "until": "2026-03-10"} | changes
    return desk.post(f"/v1/petitions/{petition_id}/supplement-requests", *roles, json=body)


@on_both_databases
def test_a_request_for_supplement_is_told_read_with_the_code_and_expires(desk, gateway):
    receipt = desk.registered(petitioner=PERSON)
    desk.send()
    answer = ask(desk, receipt["petition_id"], "registrar")
    assert answer.status_code == 201
    desk.send()
    text = gateway.took[-1]["text"]
    assert "请于2026年3月10日前提交" in text
    assert "租房合同" not in text
    token = desk.citizen_token(receipt["petition_id"])
    read = desk.get(f"/v1/public/petitions/{receipt['petition_no']}", token=token).json
    assert read["stages"][-1]["text"] == "请于2026年3月10日前补充以下材料：请提供租房合同复印件。"
    assert read["state"] == "registered"


def test_a_letter_says_what_is_to_be_supplemented_and_the_notice_row_does_not(desk):
    receipt, _ = lettered(desk)
    notice_id = ask(desk, receipt["petition_id"], "registrar").json["notice_id"]
    body = {"notice_ids": [notice_id]}
    (letter,) = desk.post("/v1/letters/print", POST, json=body).json["letters"]
    assert "请提供租房合同复印件。" in letter["text"]
    assert "租房合同" not in str(desk.notices)


def test_a_request_that_has_expired_is_not_told_any_more(desk, gateway):
    gateway.behave("401")
    receipt = desk.registered(petitioner=PERSON)
    ask(desk, receipt["petition_id"], "registrar", until="2026-03-02")
    desk.send()
    gateway.behave("ok")
    desk.app.clock.advance(days=1)
    desk.send()
    desk.send()
    assert [(n.status, n.last_error) for n in desk.notices] == [
        ("sent", None), ("cancelled", "expired")
    ]  # fmt: skip


@pytest.mark.parametrize("until", ["2026-03-01", "2027-03-04", "morgen", None])
def test_a_day_that_is_past_or_far_ahead_is_refused(desk, until):
    petition_id = desk.registered(petitioner=PERSON)["petition_id"]
    answer = ask(desk, petition_id, "registrar", until=until)
    assert (answer.status_code, wrong(answer)) == (422, ["until"])
    assert len(desk.notices) == 1


def test_only_who_may_see_a_petition_asks_for_a_supplement(desk):
    petition_id = desk.registered(petitioner=PERSON, purpose="accusation")["petition_id"]
    assert ask(desk, petition_id, "registrar").status_code == 404
    assert ask(desk, petition_id, "auditor").status_code == 403


def invited(petition_id, what="handling_unit", evaluation_id="e1"):
    data = {
        "evaluation_id": evaluation_id, "petition_id": petition_id, "case_id": "c", "object": what
    }  # fmt: skip
    return make_event("satisfaction", "evaluation.invited.v1", subject="c", data=data)


def test_a_petitioner_is_invited_to_evaluate_once_the_opinion_is_served(desk, gateway):
    receipt = desk.registered(petitioner=PERSON)
    office = invited(receipt["petition_id"], "petition_office", "e0")
    hear(desk.app, office, invited(receipt["petition_id"]), invited(receipt["petition_id"]))
    for _ in range(2):
        desk.send()
    assert [n.occasion for n in desk.notices] == ["receipt", "evaluation"]
    assert "请您对信访件" in gateway.took[-1]["text"]
