"""A citizen follows the whole procedure, and learns no more of it than is theirs to know."""

import pytest

from intake.domain.progress import (
    STAGE_TEXTS,
    STAGES_OF_ACTIONS,
    STAGES_OF_ANSWERS,
    STAGES_OF_EVENTS,
    STAGES_OF_STATES,
)
from shared.states import NAMES
from shared.testing import hear, inbox_statuses

on_both_databases = pytest.mark.parametrize(
    "app", ["sqlite", pytest.param("postgresql", marks=pytest.mark.servers)], indirect=True
)


@pytest.fixture
def receipt(desk):
    return desk.registered()


def followed(desk, receipt):
    """What the citizen sees with number and code."""
    path = f"/v1/public/petitions/{receipt['petition_no']}"
    opened = desk.post(f"{path}/session", json={"query_code": receipt["query_code"]})
    return desk.get(path, token=opened.json["token"]).json


def sentences(desk, receipt):
    return [stage["text"] for stage in followed(desk, receipt)["stages"]][1:]


@on_both_databases
def test_every_step_that_concerns_the_citizen_is_told_once(desk, receipt, story):
    hear(desk.app, *story(receipt["petition_id"]).hard())
    assert sentences(desk, receipt) == [
        "您反映的事项与另一事项内容相同，已并入一并办理。",
        "您反映的事项按简易程序办理。",
        "您反映的事项情况复杂，经批准延期办理，应在2026年6月4日前办结并答复您。",
        "正在就您反映的事项组织调解。",
        "您的复查申请已收到，正在复查。",
        "复查意见已作出，正在送达。",
        "复查意见已送达。不服的，可以自收到之日起30日内申请复核。",
        "您的复核申请已收到，正在复核。",
        "您反映的事项将按复查（复核）意见重新办理。",
        "复核意见已送达，您反映的事项已终结。",
        "您反映的事项不予受理，理由和依据见书面告知。",
        "您反映的事项已有复核意见，依法不再受理，理由和依据见书面告知。",
        "您反映的事项应当通过其他法定途径解决，已导入相应程序，具体途径见书面告知。",
        "您反映的事项已转送政法机关依法处理。",
        "您反映的事项应由其他机关处理，请按告知的途径向该机关提出。",
        "您反映的事项已登记存查。",
        "您反映的事项已撤回，不再办理。",
        "您反映的事项因有新的事实，重新启动办理。",
        "您反映的事项与另一事项内容相同，已并入一并办理。",
        "您反映的事项恢复单独办理。",
    ]


def test_every_stage_that_can_be_reached_has_its_sentence():
    reached = {*STAGES_OF_EVENTS, *STAGES_OF_ACTIONS.values(), *STAGES_OF_ANSWERS.values()}
    reached |= {"redo", "registered"}
    reached |= {state for states in STAGES_OF_STATES.values() for state in states}
    assert reached == set(STAGE_TEXTS)


def test_who_joined_is_told_to_nobody_else(desk, receipt, story):
    other = desk.registered()
    case = story(receipt["petition_id"], others=(other["petition_id"],))
    hear(desk.app, case.then("joined", said={"petition_id": other["petition_id"]}))
    assert sentences(desk, receipt) == []
    assert len(sentences(desk, other)) == 1


SHOWN = {"reported": "registered", "objected": "forwarded", "report_review": "served"}


@pytest.mark.parametrize("state", [*NAMES, "a_state_of_tomorrow"])
def test_the_citizen_reads_the_name_of_the_state(desk, receipt, story, state):
    case = story(receipt["petition_id"])
    hear(desk.app, case.then("opened"), case.moved("step", state))
    shown = followed(desk, receipt)
    assert shown["state"] == SHOWN.get(state, state)
    assert shown["state_name"] == NAMES.get(shown["state"], state)
    assert inbox_statuses(desk.app) == {"done": 2}


def test_before_there_is_a_case_the_petition_is_registered(desk, receipt):
    assert followed(desk, receipt)["state_name"] == "已登记"


@pytest.mark.parametrize("order", [1, -1])
def test_a_merged_petition_is_where_the_other_case_is(desk, receipt, story, order):
    own, other = story(receipt["petition_id"]), story(receipt["petition_id"])
    told = [own.then("opened"), own.then("forwarded")]
    told += [other.then("joined", said={"petition_id": receipt["petition_id"]})]
    hear(desk.app, *[*told, own.then("merged", petition_ids=[])][::order])
    assert followed(desk, receipt)["state"] == "accepted"


def test_a_case_that_becomes_secret_names_nobody_any_more(desk, receipt, story):
    case = story(receipt["petition_id"])
    hear(desk.app, *case.whole(), case.moved("transfer_law", "transferred"))
    assert "交通运输局" in str(followed(desk, receipt))
    case.secret = True
    hear(desk.app, case.moved("keep_secret", "transferred"))
    shown = followed(desk, receipt)
    assert shown["state"] == "forwarded"
    for word in ("交通运输局", "路灯已修好", "政法"):
        assert word not in str(shown)


@on_both_databases
def test_a_petition_of_a_secret_case_is_hidden_from_the_office(desk, receipt, story):
    case = story(receipt["petition_id"], unit="discipline", secret=True)
    late = case.then("opened", secret=False)
    hear(desk.app, case.then("forwarded", co_units=["transport"]), late)
    path = f"/v1/petitions/{receipt['petition_id']}"
    assert desk.get(path, "dispatcher").status_code == 200
    assert desk.get(path, "registrar").status_code == 404
    assert desk.get(path, token=desk.unit_token("handler", unit="discipline")).status_code == 200
    assert desk.get(path, token=desk.unit_token("handler")).status_code == 404


@on_both_databases
@pytest.mark.parametrize("order", [1, -1])
def test_a_unit_loses_a_petition_that_left_its_case(desk, receipt, story, order):
    other = desk.registered()
    case = story(other["petition_id"], others=(receipt["petition_id"],))
    told = [case.then("opened"), case.then("forwarded")]
    case.others = ()
    left = [case.then("noted"), case.then("merged", petition_ids=[])]
    theirs = desk.unit_token("handler")
    hear(desk.app, *[*told, left[0]][::order])
    assert desk.get(f"/v1/petitions/{other['petition_id']}", token=theirs).status_code == 200
    assert desk.get(f"/v1/petitions/{receipt['petition_id']}", token=theirs).status_code == 404
    hear(desk.app, left[1])
    assert desk.get(f"/v1/petitions/{other['petition_id']}", token=theirs).status_code == 404


def test_a_state_of_tomorrow_opens_a_petition_to_nobody_else(desk, story):
    secret = desk.registered(purpose="accusation")
    case = story(secret["petition_id"], unit="discipline", secret=True)
    hear(desk.app, case.then("forwarded"), case.moved("step", "a_state_of_tomorrow"))
    path = f"/v1/petitions/{secret['petition_id']}"
    assert desk.get(path, "registrar").status_code == 404
    assert desk.get(path, token=desk.unit_token("handler")).status_code == 404
