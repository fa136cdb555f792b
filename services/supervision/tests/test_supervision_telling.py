"""The timeline says every event in one plain sentence, and no more than its reader may know."""

import datetime as dt

import pytest

from shared.clock import day_ends
from shared.states import ENDED, NAMES
from shared.testing import MORNING, hear, inbox_statuses
from supervision.telling import TOLD, line_of

YESTERDAY = dt.date(2026, 3, 1)


def timeline(office, case, *roles, **who):
    token = office.token(*(roles or ("supervisor",)), **who)
    return office.get(f"/v1/cases/{case.case_id}/timeline", token=token).json


def sentences(office, case):
    return [entry["text"] for entry in timeline(office, case)["entries"]]


def test_a_usual_case_reads_as_a_story(app, office, story):
    case = story()
    hear(app, *case.whole_life())
    assert sentences(office, case) == [
        "信访事项已登记。",
        "确定内容分类。",
        "转送单位transport办理。",
        "交单位urban办理，要求于2026年4月1日前反馈结果。",
        "单位urban受理信访事项。",
        "单位urban出具处理意见。",
        "处理意见已送达信访人。",
        "信访事项办结：处理意见已送达。",
    ]


def test_every_other_type_has_a_sentence_of_its_own(app, office, story):
    case = story()
    hear(app, *reversed(case.hard_life()))
    assert sentences(office, case) == [
        "信访事项已登记。",
        "制发文书，文号云信转〔2026〕1号。",
        "转送单位transport办理。",
        "单位transport对管辖提出异议，等待核实。",
        "组织调解。",
        "请单位会办，期限2026年4月1日。",
        "信访件P-p-9反映同一事项，并入一并办理。",
        "单位transport受理信访事项。",
        "经批准延期办理，应于2026年5月31日前办结。",
        "组织调解。",
        "单位transport出具处理意见。",
        "处理意见已送达信访人。",
        "信访人申请复查，已开始审查。",
        "作出复查意见：维持。",
        "复核意见已送达，信访事项终结。",
        "单位transport将信访事项导入法定程序：仲裁。",
        "决定不予受理：已受理或者正在办理，又向上级提出。",
        "信访人撤回信访事项。",
        "并入同一事项的案件，一并办理。",
    ]


@pytest.mark.parametrize("type_", sorted(TOLD))
def test_a_sentence_is_whole_though_nothing_is_known(type_):
    said = line_of(type_, {})
    assert said.endswith("。")
    assert "{" not in said


def test_words_of_tomorrow_are_said_as_they_are(app, office, story):
    case = story()
    heard = [
        case.then("opened"),
        case.then("declined", said={"ground": "N9"}, state="refused_somehow"),
        case.then("review_opened", said={"level": "third"}),
    ]
    hear(app, *heard)
    assert sentences(office, case)[1:] == [
        "决定refused_somehow：N9。",
        "信访人申请third，已开始审查。",
    ]
    assert line_of("case.invented.v1", {"x": "y"}) == "case.invented.v1"


def test_braces_in_a_name_are_said_as_they_are():
    facts = {"lead_unit_name": "{category}{0}", "lead_unit": "x"}
    assert line_of("case.forwarded.v1", facts) == "转送{category}{0}办理。"


@pytest.mark.parametrize("state", [*NAMES, "a_state_of_tomorrow"])
def test_a_case_is_shown_with_the_name_of_its_state(app, office, story, state):
    case = story()
    hear(app, case.then("opened"), case.then("moved", state=state))
    shown = timeline(office, case)
    assert (shown["state"], shown["state_name"]) == (state, NAMES.get(state, state))
    assert shown["ended"] == (state in ENDED)


@pytest.mark.parametrize("secret", [False, True])
def test_a_state_of_tomorrow_opens_a_case_to_nobody_else(app, office, story, secret):
    case = story(secret=secret)
    told = case.forwarded_to("transport", due=YESTERDAY)
    hear(app, *told, case.then("moved", state="a_state_of_tomorrow"))
    path = f"/v1/cases/{case.case_id}/timeline"
    statuses = {
        "theirs": office.get(path, token=office.token("handler", scope=("transport",))),
        "another's": office.get(path, token=office.token("handler", scope=("urban",))),
        "registrar": office.get(path, "registrar"),
    }
    found = {who: answer.status_code for who, answer in statuses.items()}
    assert found == {"theirs": 200, "another's": 404, "registrar": 404 if secret else 200}


def test_a_case_that_becomes_secret_is_hidden_whatever_comes_late(app, office, story):
    case = story()
    told = case.forwarded_to("transport", due=YESTERDAY)
    late = case.then("noted")
    hear(app, *told, case.then("moved", secret=True), late)
    assert office.get(f"/v1/cases/{case.case_id}/timeline", "registrar").status_code == 404
    assert office.get("/v1/overdue", "registrar").json["items"] == []


def test_a_case_that_it_went_into_is_named_only_to_who_may_see_that_one(app, office, story):
    case, hidden, usual = story(), story(secret=True), story()
    for one in (hidden, usual):
        hear(app, *one.forwarded_to("discipline", due=YESTERDAY))
    hear(app, case.then("opened"), case.then("merged", said={"into": hidden.case_id}))
    hear(app, case.then("merged", said={"into": usual.case_id}))

    def named(role):
        return [e["facts"].get("into") for e in timeline(office, case, role)["entries"]][1:]

    assert named("supervisor") == [hidden.case_id, usual.case_id]
    assert named("registrar") == [None, usual.case_id]


@pytest.mark.parametrize("verb", ["merged", "withdrawn"])
@pytest.mark.parametrize("order", [1, -1])
def test_a_case_that_ended_otherwise_is_late_no_more(app, office, story, verb, order):
    case = story()
    told = case.forwarded_to("transport", due=YESTERDAY)
    case.clocks = [one | {"state": "cancelled"} for one in case.clocks]
    hear(app, *[*told, case.then(verb)][::order])
    app.clock.at = day_ends(MORNING.date() + dt.timedelta(days=900))
    assert office.get("/v1/overdue", "supervisor").json["items"] == []
    shown = timeline(office, case)
    assert shown["light"] == "grey"
    assert [one["overdue"] for one in shown["clocks"]] == [False, False]


def test_a_document_waits_for_its_case(app, office, story):
    case = story()
    hear(app, case.issued("d1", number="云信转〔2026〕1号"))
    path = f"/v1/cases/{case.case_id}/timeline"
    assert office.get(path, "supervisor").status_code == 404
    hear(app, case.then("opened"))
    assert "制发文书，文号云信转〔2026〕1号。" in sentences(office, case)
    assert inbox_statuses(app) == {"done": 2}


def test_route_and_handling_are_those_of_the_newest_header(app, office, story):
    case = story()
    older = case.then("opened")
    hear(app, case.then("moved", route="petition", handling="simple"), older)
    shown = timeline(office, case)
    assert (shown["route"], shown["handling"]) == ("petition", "simple")
