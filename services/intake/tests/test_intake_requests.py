"""Requests of petitioners: proved by a code to their own phone, or by a signed paper."""

import re
import uuid

import pytest
from notices import PERSON, counter, gateway_in

from intake import models
from shared.testing import emitted, hear, inbox_statuses, make_event, mark

SIX = re.compile(r"(?<![0-9])[0-9]{6}(?![0-9])")
OTHER = {"name": "王小明", "phone": "13800000002"}
PAPER = {"on_file": "2026年来访卷第3页", "signed_on": "2026-03-02"}


@pytest.fixture(scope="module")
def gateway(tmp_path_factory):
    with gateway_in(tmp_path_factory.mktemp("gateway")) as gateway:
        yield gateway


@pytest.fixture
def desk(request, tmp_path, gateway):
    """An office with the gateway, on SQLite or on the database that the test names."""
    kind = getattr(request, "param", "sqlite")
    url = None if kind == "sqlite" else request.getfixturevalue("postgres_url")
    gateway.behave("ok")
    (gateway.folder / "took.jsonl").unlink(missing_ok=True)
    with counter(tmp_path, url=url, **gateway.settings) as desk:
        yield desk


@pytest.fixture
def citizen(desk, gateway):
    """Makes a petitioner with number and code."""

    def make(**changes):
        return Citizen(desk, gateway, desk.registered(**({"petitioner": PERSON} | changes)))

    return make


on_both_databases = pytest.mark.parametrize(
    "desk", ["sqlite", pytest.param("postgresql", marks=pytest.mark.servers)], indirect=True
)


def came(gateway):
    """The newest SMS with a code."""
    return [one for one in gateway.took if "验证码" in one["text"]][-1]


class Citizen:
    """Whoever holds number and code of a petition."""

    def __init__(self, desk, gateway, receipt):
        self.desk, self.gateway, self.receipt = desk, gateway, receipt
        self.id, self.path = (
            receipt["petition_id"],
            f"/v1/public/petitions/{receipt['petition_no']}",
        )
        said = {"query_code": receipt["query_code"]}
        self.token = desk.post(f"{self.path}/session", json=said).json["token"]

    def ask_code(self, kind="withdraw", **more):
        path = f"{self.path}/requests/code"
        return self.desk.post(path, token=self.token, json={"kind": kind, **more})

    def code(self, kind="withdraw", **more):
        """The code that came to the phone."""
        answer = self.ask_code(kind, **more)
        assert answer.status_code == 200, answer.text
        self.desk.send()
        return SIX.findall(came(self.gateway)["text"])[-1]

    def request(self, kind="withdraw", code="000000", headers=None, **more):
        body = {"kind": kind, "phone_code": code, "content": None if kind == "withdraw" else "不服"}
        path = f"{self.path}/requests"
        return self.desk.post(path, token=self.token, json=body | more, headers=headers)

    def requested(self, kind="withdraw", **more):
        answer = self.request(kind, self.code(kind), **more)
        assert answer.status_code == 201, answer.text
        return answer.json

    @property
    def progress(self):
        return self.desk.get(self.path, token=self.token).json

    def on_paper(self, kind="withdraw", *roles, **more):
        path = f"/v1/petitions/{self.id}/requests"
        content = None if kind == "withdraw" else "不服"
        body = {"kind": kind, "content": content, "paper": PAPER}
        return self.desk.post(path, *(roles or ("registrar",)), json=body | more)


def told(desk, name):
    return [e["data"] for e in emitted(desk.app, f"petition.{name}.v1")]


def answered(story, request, *, state, reason=None, no=1, petition_id=None):
    """Routing says what became of a request."""
    return story.then(
        "request_answered",
        said={
            "request_id": request["request_id"],
            "petition_id": petition_id or story.petition_id,
            "kind": request["kind"],
            "answer": state,
            "answer_no": no,
            "reason": reason,
        },
        state="accepted",
    )


@on_both_databases
def test_a_withdrawal_with_the_code_is_told_to_routing_without_a_word(desk, citizen):
    he = citizen()
    code = he.code()
    answer = he.request(code=code, content="问题已经解决，我叫欧阳晓峰。")
    assert answer.status_code == 201
    assert (answer.json["state"], answer.json["state_name"]) == ("asked", "已提交")
    (data,) = told(desk, "withdrawal_requested")
    assert data == {
        "petition_id": he.id,
        "request_id": answer.json["request_id"],
        "proof": "phone_code",
        "received_on": "2026-03-02",
        "requested_at": data["requested_at"],
    }
    (shown,) = he.progress["requests"]
    assert (shown["kind"], shown["state"], shown["reason"]) == ("withdraw", "asked", None)


def test_the_code_goes_to_the_registered_phone_and_shows_it_masked(desk, citizen, gateway):
    he = citizen()
    answer = he.ask_code()
    assert answer.json == {"sent_to": "139******45", "expires_in": 300, "again_in": 60}
    desk.send()
    assert came(gateway)["to"] == "13907312345"
    assert "用于撤回信访件" in came(gateway)["text"]


def test_in_the_secret_lane_the_code_comes_without_saying_for_what(desk, citizen, gateway):
    he = citizen(purpose="accusation")
    he.code()
    assert "撤回" not in came(gateway)["text"]
    assert he.receipt["petition_no"] not in came(gateway)["text"]


@on_both_databases
def test_wrong_codes_are_counted_though_they_are_refused(desk, citizen):
    he = citizen()
    code = he.code()
    wrong = f"{(int(code) + 1) % 1_000_000:06}"
    for _ in range(5):
        refused = he.request(code=wrong)
        assert (refused.status_code, refused.json["code"]) == (403, "wrong_phone_code")
    assert he.request(code=code).status_code == 403
    assert desk.rows(models.petition_requests) == []


def test_a_code_for_one_thing_does_not_do_for_another(desk, citizen):
    he = citizen()
    assert he.request("review", he.code("withdraw")).status_code == 403


def test_another_petitions_code_does_not_do(desk, citizen):
    he, she = citizen(), citizen(petitioner=OTHER)
    assert he.request(code=she.code()).status_code == 403


def test_another_petitions_token_does_not_do(desk, citizen):
    he, she = citizen(), citizen(petitioner=OTHER)
    he.path = she.path
    assert he.ask_code().status_code == 404
    assert he.request().status_code == 404


@on_both_databases
def test_the_same_request_twice_is_one(desk, citizen):
    he, key = citizen(), {"Idempotency-Key": str(uuid.uuid4())}
    code = he.code()
    first = he.request(code=code, headers=key)
    again = he.request(code=code, headers=key)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json == again.json
    assert len(told(desk, "withdrawal_requested")) == 1


def test_while_one_waits_the_same_is_not_asked_again(desk, citizen):
    he = citizen()
    request = he.requested()
    desk.app.clock.advance(seconds=60)
    refused = he.ask_code()
    assert (refused.status_code, refused.json["code"]) == (409, "already_requested")
    assert refused.json["request_id"] == request["request_id"]
    assert he.on_paper().json["code"] == "already_requested"


def test_a_supplement_is_filed_and_routing_told_that_there_is_one(desk, citizen):
    he = citizen()
    request = he.requested("supplement", content="补充：又坏了两盏，我叫欧阳晓峰。")
    (data,) = told(desk, "supplemented")
    assert data["supplement_id"] == request["request_id"]
    assert "content" not in data
    (shown,) = desk.get(f"/v1/petitions/{he.id}", "dispatcher").json["supplements"]
    assert shown["content"] == "补充：又坏了两盏，我叫欧***。"


def test_an_application_names_the_case_its_level_and_its_day(desk, citizen, story):
    he = citizen()
    case = story(he.id)
    window = [{"id": "D8", "due_day": "2026-03-30", "state": "running"}]
    hear(desk.app, case.then("served", clocks=window))
    he.requested("review", content="认为事实不清。")
    (data,) = told(desk, "review_requested")
    assert (data["level"], data["case_id"], data["received_on"]) == (
        "review",
        case.case_id,
        "2026-03-02",
    )
    assert "不清" not in str(data)


def test_the_citizen_sees_until_when_review_may_be_applied_for(desk, citizen, story):
    he = citizen()
    case = story(he.id)
    window = [{"id": "D8", "due_day": "2026-03-30", "state": "running"}]
    hear(desk.app, case.then("served", clocks=window))
    kinds = {one["kind"]: one for one in he.progress["open_requests"]}
    assert (kinds["review"]["apply_by"], kinds["review"]["days_left"]) == ("2026-03-30", 28)
    assert set(kinds) == {"withdraw", "supplement", "review"}
    desk.app.clock.advance(days=29)
    he.token = desk.citizen_token(he.id)
    assert "review" not in {one["kind"] for one in he.progress["open_requests"]}


def test_of_two_opinions_the_one_that_is_meant_is_named(desk, citizen, story):
    he = citizen()
    one, two = story(he.id), story(he.id)
    window = [{"id": "D8", "due_day": "2026-03-30", "state": "running"}]
    hear(desk.app, one.then("served", clocks=window), two.then("served", clocks=window))
    code = he.code("review")
    refused = he.request("review", code)
    assert (refused.status_code, refused.json["errors"][0]["field"]) == (422, "case_id")
    assert he.request("review", code, case_id="another").status_code == 422
    assert he.request("review", code, case_id=two.case_id).status_code == 201
    assert told(desk, "review_requested")[0]["case_id"] == two.case_id


@on_both_databases
@pytest.mark.parametrize("order", [1, -1])
def test_what_became_of_it_is_shown_whatever_the_order(desk, citizen, story, order):
    he = citizen()
    request = he.requested("review")
    case = story(he.id)
    waits = answered(case, request, state="waiting", reason="late")
    done = answered(case, request, state="done", no=2)
    hear(desk.app, *[waits, done, waits][::order])
    (shown,) = he.progress["requests"]
    assert (shown["state"], shown["reason"]) == ("done", None)
    assert inbox_statuses(desk.app).get("dead", 0) == 0


def test_the_citizen_is_told_why_not(desk, citizen, story, gateway):
    he = citizen()
    request = he.requested("review")
    hear(desk.app, answered(story(he.id), request, state="waiting", reason="not_served"))
    (shown,) = he.progress["requests"]
    assert shown["reason_text"] == "意见尚未送达；送达后可以在30日内申请。"
    assert he.progress["stages"][-1]["text"] == (
        "您申请复查的请求已收到，正在审核：意见尚未送达；送达后可以在30日内申请。"
    )
    desk.send()
    assert "您申请复查的请求已收到" in gateway.took[-1]["text"]


def test_a_reason_of_tomorrow_says_where_to_ask(desk, citizen, story):
    he = citizen()
    request = he.requested()
    hear(desk.app, answered(story(he.id), request, state="refused", reason="moon_phase"))
    assert he.progress["requests"][0]["reason_text"] == "具体情况请向本局窗口询问。"


def test_another_petition_of_the_case_hears_nothing_of_it(desk, citizen, story):
    he, she = citizen(), citizen(petitioner=OTHER)
    request = he.requested("review")
    case = story(he.id, others=(she.id,))
    hear(desk.app, answered(case, request, state="waiting", reason="late"))
    assert she.progress["requests"] == []
    assert "复查" not in str(she.progress["stages"])


def test_after_the_answer_it_may_be_asked_again(desk, citizen, story):
    he = citizen()
    request = he.requested()
    hear(desk.app, answered(story(he.id), request, state="refused", reason="ended"))
    desk.app.clock.advance(seconds=60)
    assert he.ask_code().status_code == 200


# Who may ask, and how it is proved.


@pytest.mark.parametrize("person", [None, {"name": "王小明"}, {"name": "甲", "phone": "0731-8888"}])
def test_who_left_no_mobile_phone_brings_a_signed_paper(desk, citizen, person):
    he = citizen(petitioner=person)
    refused = he.ask_code()
    assert (refused.status_code, refused.json["code"]) == (409, "paper_needed")
    assert "书面材料" in refused.json["detail"]


def test_the_anonymous_may_only_supplement(desk, citizen):
    he = citizen(petitioner={"phone": "13907312345"})
    assert he.ask_code("withdraw").json["code"] == "paper_needed"
    assert he.ask_code("review").json["code"] == "paper_needed"
    assert he.requested("supplement")["state"] == "asked"


def test_of_a_joint_petition_one_alone_withdraws_nothing(desk, citizen):
    he = citizen(cosigners=[{"name": "李四"}])
    assert he.ask_code("withdraw").json["code"] == "paper_needed"
    assert he.requested("review")["state"] == "asked"


def agent(**changes):
    paper = {"signed_on": "2026-02-01", "until": "2026-12-31", "scope": "代为申请复查"}
    person = {"name": "赵六", "phone": "13600000006", "relation": "lawyer", "authorisation": paper}
    return person | changes


def test_an_authorised_agent_asks_by_their_own_phone(desk, citizen, gateway):
    he = citizen(agents=[agent()])
    code = he.code("review", agent=1)
    assert came(gateway)["to"] == "13600000006"
    assert he.request("review", code).status_code == 403
    assert he.request("review", code, agent=1).status_code == 201
    assert desk.rows(models.petition_requests)[0].agent == 1


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"authorisation": None}, "review"),
        ({"authorisation": {"signed_on": "2026-01-01", "until": "2026-02-01"}}, "review"),
        ({}, "withdraw"),
    ],
    ids=["no paper", "run out", "withdrawal"],
)
def test_an_agent_without_authorisation_for_it_brings_a_paper(desk, citizen, changes, kind):
    he = citizen(agents=[agent(**changes)])
    assert he.ask_code(kind, agent=1).json["code"] == "paper_needed"


def test_a_guardian_may_withdraw(desk, citizen):
    he = citizen(agents=[agent(relation="guardian", authorisation=None)])
    assert he.ask_code("withdraw", agent=1).status_code == 200


def test_an_agent_who_is_not_registered_is_named(desk, citizen):
    refused = citizen().ask_code("review", agent=2)
    assert (refused.status_code, refused.json["errors"][0]["field"]) == (422, "agent")


def test_where_no_sms_is_sent_the_paper_is_named(tmp_path, gateway):
    with counter(tmp_path) as desk:
        he = Citizen(desk, gateway, desk.registered(petitioner=PERSON))
        refused = he.ask_code()
        assert (refused.status_code, refused.json["code"]) == (409, "no_sms")
        assert he.on_paper().status_code == 201


def test_nothing_is_asked_of_a_void_petition(desk, citizen):
    he = citizen()
    right = desk.registered()["petition_no"]
    body = {"instead": right, "reason": "登记重复。"}
    assert desk.post(f"/v1/petitions/{he.id}/void", "registrar", json=body).status_code in (
        200,
        201,
    )
    assert he.ask_code().json["code"] == "void"
    assert he.on_paper().json["code"] == "void"
    assert he.progress["open_requests"] == []


# On paper.


@on_both_databases
def test_a_signed_paper_is_registered_with_its_days(desk, citizen):
    he = citizen(petitioner={"name": "王小明"})
    desk.app.clock.advance(days=3)
    answer = he.on_paper("review", received_at="2026-03-04T10:00:00+08:00", mailed_on="2026-03-03")
    assert answer.status_code == 201
    (data,) = told(desk, "review_requested")
    assert (data["proof"], data["received_on"], data["mailed_on"], data["case_id"]) == (
        "paper",
        "2026-03-04",
        "2026-03-03",
        None,
    )
    (row,) = desk.rows(models.petition_requests)
    assert (row.registered_by, row.on_file) == ("registrar", "2026年来访卷第3页")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"paper": {"signed_on": "2026-03-02"}}, "paper"),
        ({"paper": {"on_file": "卷3"}}, "paper"),
        ({"paper": PAPER | {"signed_on": "2026-03-03"}}, "paper"),
        ({"paper": PAPER | {"signed_on": "2026-02-30"}}, "paper"),
        ({"paper": {"attachment_id": "another", "signed_on": "2026-03-02"}}, "paper"),
        ({"paper": PAPER | {"on_file": "a\x00b"}}, "paper"),
        ({"received_at": "2026-03-09T10:00:00+08:00"}, "received_at"),
        (
            {
                "received_at": "2025-03-01T10:00:00+08:00",
                "paper": PAPER | {"signed_on": "2025-03-01"},
            },
            "received_at",
        ),
        ({"received_at": "2026-03-02T10:00:00"}, "received_at"),
        ({"mailed_on": "2026-03-03"}, "mailed_on"),
        ({"kind": "wish"}, "kind"),
        ({"content": "𠮷" * 50_001}, "content"),
        ({"content": "a\x00b"}, "content"),
    ],
)
def test_what_is_wrong_on_paper_is_named(desk, citizen, changes, field):
    refused = citizen().on_paper(**changes)
    assert refused.status_code == 422, refused.text
    assert {one["field"].split(".")[0] for one in refused.json["errors"]} == {field}
    assert desk.rows(models.petition_requests) == []


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"kind": "wish"}, "kind"),
        ({"phone_code": ""}, "phone_code"),
        ({"phone_code": "1" * 21}, "phone_code"),
        ({"phone_code": "12\x0034"}, "phone_code"),
        ({"kind": "review", "content": None}, "content"),
        ({"kind": "supplement", "content": " "}, "content"),
        ({"content": "甲\u2028乙"}, "content"),
        ({"content": "一" * 50_001}, "content"),
        ({"agent": 0}, "agent"),
        ({"agent": 3}, "agent"),
        ({"surplus": 1}, "surplus"),
    ],
)
def test_what_is_wrong_in_a_request_is_named(desk, citizen, changes, field):
    refused = citizen().request(**changes)
    assert refused.status_code == 422, refused.text
    assert [one["field"] for one in refused.json["errors"]] == [field]
    assert desk.rows(models.petition_requests) == []


def test_all_that_is_wrong_in_a_request_is_named_at_once(citizen):
    refused = citizen().request(kind="review", content=None, phone_code="")
    assert {one["field"] for one in refused.json["errors"]} == {"content", "phone_code"}


def test_rare_characters_and_directions_are_kept_as_sent(desk, citizen):
    words = "𠮷村\u202e反\u202c方向👪不服"
    citizen().requested("review", content=words)
    assert desk.rows(models.petition_requests)[0].content == words


def test_only_who_registers_registers_papers(desk, citizen):
    assert citizen().on_paper("withdraw", "handler").status_code == 403


def test_a_petition_that_is_not_theirs_to_know_is_not_withdrawn_by_staff(desk, citizen):
    assert citizen(purpose="accusation").on_paper().status_code == 404


def test_staff_read_requests_masked_and_the_look_is_written_down(desk, citizen):
    he = citizen()
    he.requested("review", content="我叫欧阳晓峰，电话13907312345，不服。")
    path = f"/v1/petitions/{he.id}/requests"
    (shown,) = desk.get(path, "reviewer").json["items"]
    assert shown["content"] == "我叫欧***，电话***********，不服。"
    assert (shown["proof"], shown["state"]) == ("phone_code", "asked")
    assert desk.looks()[-1].act == "look"
    assert desk.get(path, token=desk.unit_token("handler")).status_code == 404


def test_words_that_accuse_are_kept_apart_in_requests_too(desk, citizen, story):
    he = citizen()
    he.requested("review", content="补充：收了红包。")
    claim, split = story(he.id, unit="housing"), story("no-petition", secret=True)
    marks = {"withheld_from": [mark("qian")], "named_readers": []}
    apart = {"petition_ids": [], "words_of": [he.id]}
    hear(desk.app, claim.then("opened"), split.then("opened", **apart, **marks))
    token = desk.token("dispatcher", account="qian")
    (shown,) = desk.get(f"/v1/petitions/{he.id}/requests", token=token).json["items"]
    assert "红包" not in shown["content"]


def test_with_the_petitioner_their_requests_are_erased(desk, citizen, story):
    he = citizen()
    he.requested("review", content="不服")
    hear(desk.app, *story(he.id).whole())
    answer = desk.post(f"/v1/petitions/{he.id}/erase", "leader", json={"reason": "本人申请"})
    assert answer.status_code == 200
    assert desk.rows(models.petition_requests) == []
    assert he.ask_code().json["code"] == "void"


def test_an_answer_to_a_request_that_is_not_here_holds_up_nothing(desk, story, citizen):
    he = citizen()
    stranger = {"request_id": str(uuid.uuid4()), "kind": "review"}
    hear(desk.app, answered(story(he.id), stranger, state="waiting", reason="late"))
    assert he.progress["requests"] == []
    assert inbox_statuses(desk.app).get("dead", 0) == 0


def test_what_is_not_an_answer_is_dead_and_seen(desk, citizen):
    data = {"header": {}, "request_id": "r"}
    hear(desk.app, make_event("routing", "case.request_answered.v1", subject="c", data=data))
    assert inbox_statuses(desk.app)["dead"] == 1
