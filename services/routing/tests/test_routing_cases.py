"""Cases: exactly one for each petition, read by nobody who may not, listed page by page."""

import json

import pytest
from casework import done
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.clock import wire
from shared.testing import emitted, hear, inbox_statuses

SEES_SECRET = ("dispatcher", "supervisor", "reviewer", "leader", "importer")
SEES_NO_SECRET = ("registrar", "auditor")


def listed(bench, query="", *roles, token=None):
    """The case ids on all pages of a list, by pages of two."""
    ids, cursor = [], ""
    while cursor is not None:
        more = f"&cursor={cursor}" if cursor else ""
        path = f"/v1/cases?limit=2{query and '&' + query}{more}"
        answer = bench.get(path, *(roles or ("importer",)), token=token)
        assert answer.status_code == 200, answer.text
        ids += [item["case_id"] for item in answer.json["items"]]
        cursor = answer.json["next_cursor"]
    return ids


def test_each_petition_opens_one_case_with_its_words_and_a_suggestion(any_bench):
    case = any_bench.opened()
    assert (case["state"], case["title"], case["secret"]) == ("registered", "末班车太早", False)
    assert case["suggestion"]["unit"] == "transport"
    assert case["case_no"].startswith("XS2026")
    (event,) = emitted(any_bench.app, "case.opened.v1")
    assert event["subject"] == case["case_id"]
    assert "末班车" not in json.dumps(event, ensure_ascii=False)


def test_an_opened_case_names_the_event_that_caused_it(bench):
    petition_id, registered, _ = bench.petition()
    hear(bench.app, registered)
    (event,) = emitted(bench.app, "case.opened.v1")
    cause = json.loads(registered)
    assert event["causationid"] == cause["id"]
    assert event["correlationid"] == cause["correlationid"]


@given(data=st.data())
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_duplicates_in_any_order_open_one_case_each_with_its_words(bench, data):
    petitions = [bench.petition(title=f"第{n}件") for n in range(3)]
    bodies = [body for _, *both in petitions for body in both]
    order = data.draw(st.permutations(bodies * 2))
    cut = data.draw(st.integers(0, len(order)))
    before = len(emitted(bench.app, "case.opened.v1"))
    hear(bench.app, *order[:cut])
    hear(bench.app, *order[cut:])
    assert len(emitted(bench.app, "case.opened.v1")) == before + 3
    for n, (petition_id, *_) in enumerate(petitions):
        case = bench.case_of(petition_id)
        assert (case["petition_ids"], case["title"]) == ([petition_id], f"第{n}件")
    assert set(inbox_statuses(bench.app)) == {"done"}


def test_the_same_petition_told_under_another_event_id_opens_no_second_case(bench):
    petition_id, registered, text = bench.petition()
    again = json.loads(registered) | {"id": "another"}
    hear(bench.app, registered, json.dumps(again).encode(), text)
    hear(bench.app, json.dumps(again | {"id": "a third"[:1]}).encode())
    assert len(emitted(bench.app, "case.opened.v1")) == 1


def test_a_case_whose_words_are_still_on_their_way_cannot_be_forwarded_yet(bench):
    petition_id, registered, text = bench.petition()
    hear(bench.app, registered)
    case = bench.case_of(petition_id)
    early = bench.act(case, "forward")
    assert (early.status_code, early.json["code"]) == (409, "text_pending")
    hear(bench.app, text)
    case = bench.case_of(petition_id)
    assert bench.done(case, "forward")["state"] == "forwarded"
    (event,) = emitted(bench.app, "case.classified.v1")
    assert (event["data"]["title"], event["data"]["text"]) == (case["title"], case["content"])


def test_words_told_twice_change_a_case_once(bench):
    case = bench.opened()
    _, _, text = bench.petition()
    body = json.loads(text)
    body["data"]["petition_id"] = body["subject"] = case["petition_ids"][0]
    body["data"]["title"] = "别的"
    hear(bench.app, json.dumps(body).encode())
    assert bench.case(case["case_id"]) == case


@pytest.fixture
def secret_case(bench):
    return bench.opened(purpose="accusation", secret=True)


def test_an_accusation_goes_to_the_discipline_body_only(bench, secret_case):
    refused = bench.act(secret_case, "forward", "dispatcher")
    assert (refused.status_code, refused.json["code"]) == (409, "discipline_only")
    assert "Art" in refused.json["basis"]
    assert bench.done(secret_case, "forward", unit="discipline")["lead_unit"] == "discipline"


def test_a_matter_to_be_kept_secret_may_go_to_any_unit(bench):
    case = bench.opened(purpose="petition", secret=True)
    assert bench.done(case, "forward")["lead_unit"] == "transport"


def test_in_the_secret_lane_no_event_carries_title_text_or_reply(bench, secret_case):
    token = bench.unit_token("handler", unit="discipline")
    hear(bench.app, bench.petition()[2])
    case = bench.done(secret_case, "forward", "dispatcher", unit="discipline")
    case = bench.done(case, "accept", token=token)
    case = bench.done(case, "reply", token=token, text="经查属实，已立案。")
    case = bench.done(case, "serve", token=token)
    bench.done(case, "close", token=token, reason="served")
    told = emitted(bench.app)
    assert len(told) == 7
    assert "经查属实" not in json.dumps(told, ensure_ascii=False)
    assert all(event["data"]["header"]["secret"] for event in told)
    words = [event["data"].get(n) for event in told for n in ("title", "text", "reply")]
    assert set(words) == {None}


@pytest.mark.parametrize("role", SEES_SECRET)
def test_the_deciding_roles_see_the_secret_lane(bench, secret_case, role):
    assert bench.get(f"/v1/cases/{secret_case['case_id']}", role).status_code == 200
    assert listed(bench, "", role) == [secret_case["case_id"]]


@pytest.mark.parametrize("role", SEES_NO_SECRET)
def test_other_bureau_roles_do_not_learn_of_a_secret_case(bench, secret_case, role):
    open_case = bench.opened()
    petition_id = secret_case["petition_ids"][0]
    assert bench.get(f"/v1/cases/{secret_case['case_id']}", role).status_code == 404
    assert listed(bench, "", role) == [open_case["case_id"]]
    assert listed(bench, f"petition_id={petition_id}", role) == []
    assert listed(bench, "state=registered", role) == [open_case["case_id"]]


def counts(bench, *roles, token=None):
    return bench.get("/v1/counts", *roles, token=token).json


def test_the_bureau_counts_the_district_and_a_unit_only_what_it_may_know_of(bench, secret_case):
    bench.case_in("forwarded")
    bench.case_in("closed")
    by_state = {"registered": 1, "forwarded": 1, "closed": 1}
    for role in ("importer", "leader", "supervisor", "admin", "auditor"):
        assert counts(bench, role) == {"cases": 3, "petitions": 3, "by_state": by_state}
    unit = bench.token("auditor", unit="transport", scope=("transport",))
    own = {"cases": 2, "petitions": 2, "by_state": {"forwarded": 1, "closed": 1}}
    assert counts(bench, token=unit) == own
    stranger = bench.token("supervisor", unit="housing", scope=("housing",))
    assert counts(bench, token=stranger) == {"cases": 0, "petitions": 0, "by_state": {}}


def test_a_secret_case_is_seen_by_the_unit_that_leads_it_and_no_other(bench, secret_case):
    bench.done(secret_case, "forward", unit="discipline")
    path = f"/v1/cases/{secret_case['case_id']}"
    assert bench.get(path, token=bench.unit_token("handler", unit="discipline")).status_code == 200
    assert bench.get(path, token=bench.unit_token("handler")).status_code == 404
    clerk = bench.unit_token("registrar", unit="discipline")
    assert bench.get(path, token=clerk).status_code == 404


def test_a_unit_sees_its_own_cases_only(bench):
    own, other = bench.case_in("forwarded"), bench.opened()
    bench.done(other, "forward", unit="housing", category="housing.property")
    bench.opened()
    assert listed(bench, token=bench.unit_token("handler")) == [own["case_id"]]
    assert listed(bench, "unit=housing", token=bench.unit_token("handler")) == []
    assert listed(bench, token=bench.token("handler", scope=("*",))) == []


def test_lists_are_newest_first_and_do_not_carry_the_text(bench):
    ids = [bench.opened()["case_id"] for _ in range(5)]
    assert listed(bench) == ids[::-1]
    item = bench.get("/v1/cases?limit=1", "importer").json["items"][0]
    assert item["content"] is None
    assert item["title"] == "末班车太早"


def test_lists_are_filtered_by_state_unit_category_petition_and_due_time(any_bench):
    bench = any_bench
    first = bench.opened()
    second = bench.done(bench.opened(), "forward")
    third = bench.done(bench.opened(), "forward", unit="housing", category="housing.property")
    bench.app.clock.advance(days=30)
    fourth = bench.opened()
    ids = {n: case["case_id"] for n, case in enumerate((first, second, third, fourth), 1)}
    assert listed(bench, "state=registered") == [ids[4], ids[1]]
    assert listed(bench, "unit=housing") == [ids[3]]
    assert listed(bench, "category=transport.bus") == [ids[2]]
    assert listed(bench, "state=forwarded&unit=transport") == [ids[2]]
    assert listed(bench, f"petition_id={first['petition_ids'][0]}") == [ids[1]]
    before = wire(bench.app.clock.now()).replace(":", "%3A")
    assert listed(bench, f"due_before={before}") == [ids[3], ids[2], ids[1]]
    assert listed(bench, "unit=nowhere") == []


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("state=asleep", "state"), ("due_before=2026-03-02", "due_before"),
        ("due_before=2026-03-02T09:00:00", "due_before"), ("unit=%00", "unit"),
        ("category=" + "a" * 51, "category"), ("petition_id=", "petition_id"), ("sort=up", "sort"),
    ],
)  # fmt: skip
def test_a_wrong_filter_is_named(bench, query, field):
    answer = bench.get(f"/v1/cases?{query}", "importer")
    assert answer.status_code == 422
    assert answer.json["errors"][0]["field"] == field


def test_units_are_created_and_replaced_by_code(bench):
    answer = bench.put("/v1/units/transport", "admin", json={"name": "交通局", "kind": "bureau"})
    assert answer.json.items() >= {
        "code": "transport", "name": "交通局", "kind": "bureau",
        "parent": None, "secret_lane": False,
    }.items()  # fmt: skip
    child = {"name": "养护所", "kind": "office", "parent": "transport"}
    assert bench.put("/v1/units/transport-road", "importer", json=child).status_code == 200
    codes = [unit["code"] for unit in bench.get("/v1/units", "handler").json["items"]]
    assert codes == ["discipline", "housing", "transport", "transport-road"]


def test_a_unit_is_never_above_itself(bench):
    below = {"name": "道路科", "kind": "section", "parent": "transport"}
    assert bench.put("/v1/units/transport-road", "importer", json=below).status_code == 200
    loop = {"name": "交通局", "kind": "department", "parent": "transport-road"}
    answer = bench.put("/v1/units/transport", "importer", json=loop)
    assert (answer.status_code, answer.json["errors"][0]["field"]) == (422, "parent")


@pytest.mark.parametrize(
    ("code", "change", "field"),
    [
        ("Transport", {}, "code"), ("a", {}, "code"), ("交通", {}, "code"), ("a" * 51, {}, "code"),
        ("new", {"name": ""}, "name"), ("new", {"parent": "nowhere"}, "parent"),
        ("new", {"parent": "new"}, "parent"), ("new", {"secret_lane": 1}, "secret_lane"),
    ],
)  # fmt: skip
def test_a_wrong_unit_is_refused_by_field(bench, code, change, field):
    body = {"name": "局", "kind": "bureau"} | change
    answer = bench.put(f"/v1/units/{code}", "admin", json=body)
    assert answer.status_code == 422
    assert answer.json["errors"][0]["field"] == field


def test_units_are_the_administrators_to_change(bench):
    body = {"name": "局", "kind": "bureau"}
    assert bench.put("/v1/units/new", "dispatcher", json=body).status_code == 403


def test_every_category_has_a_name_and_a_unit(bench):
    items = bench.get("/v1/categories", "handler").json["items"]
    assert len(items) > 20
    assert all(item["code"] and item["name"] and item["unit"] for item in items)


def test_the_journal_says_with_titles_and_names_what_was_said(bench):
    case = bench.opened()
    done(bench, case, "forward", by="dispatcher", unit="transport", category="transport.bus")
    (step,) = bench.get(f"/v1/cases/{case['case_id']}/steps", "dispatcher").json["items"]
    said = {one["title"]: one["text"] for one in step["said"]}
    assert said["承办单位"] != step["body"]["unit"] == "transport"
    assert said["内容分类"] == "公共汽车与轨道交通"
