"""Cases played at office times, by an importer with `at` or by the people whose work it is."""

import datetime as dt
import json
from typing import Any

from routing_bench import Bench, office_time

from shared.auth import STAFF_AUDIENCE, WHOLE_DISTRICT
from shared.clock import OFFICE_TZ, office_day, wire

ACTOR = {"handler": "transport", "unit_head": "transport"}
"""Roles that act for a unit, and for which one unless it is named."""
UNITS = {
    "bureau": {"name": "云屏区信访局", "kind": "bureau"},
    "government": {"name": "云屏区人民政府", "kind": "government"},
    "city": {"name": "市人民政府", "kind": "government"},
    "procuratorate": {"name": "云屏区人民检察院", "kind": "politics_law"},
    "transport-road": {"name": "道路养护所", "kind": "office", "parent": "transport"},
    "discipline-post": {"name": "派驻组", "kind": "office", "parent": "discipline"},
    "labour": {"name": "人力资源局", "kind": "department"},
}
REMEDY = "如不服本意见，可以自收到之日起30日内向云屏区人民政府请求复查。"
OPINION = f"经查，B12路末班车已延长至二十二时，并增加两班车。{REMEDY}"
ANSWER = "经研究，末班车已延长至二十二时，并增加两班车，六月起执行。"
"""An answer that no review is open against."""
BODIES: dict[str, dict[str, Any]] = {
    "classify": {"category": "transport.bus"},
    "forward": {"unit": "transport", "category": "transport.bus"},
    "assign": {"unit": "transport", "category": "transport.bus", "report_due": "2026-06-30"},
    "report": {"addressee": "区委区政府", "reason": "重大紧急事项"},
    "self_handle": {"category": "transport.bus"},
    "answer_directly": {"text": "首末班时间见站牌公告。", "category": "transport.bus"},
    "file": {"reason": "内容重复且无诉求", "category": "transport.bus"},
    "notify": {"addressee": "区委组织部", "reason": "涉及领导干部"},
    "transfer_law": {"unit": "procuratorate", "category": "transport.bus"},
    "guide_law": {"body_name": "云屏区人民法院"},
    "guide": {"body_name": "市交通运输局", "reason": "线路由市里管理"},
    "decline": {"ground": "N4", "reason": "越级走访", "body_name": "云屏区交通运输局",
                "lower_body": "transport"},
    "no_longer": {"opinion_no": "复核〔2025〕1号", "reason": "同一事实和理由"},
    "merge": {"reason": "同一事项"},
    "unmerge": {"reason": "并错了"},
    "split": {"reason": "一信多事", "parts": [
        {"purpose": "petition", "title": "路灯不亮", "content": "路口的灯坏了。"}]},
    "designate": {"unit": "housing", "decided_by": "区信访工作联席会议", "reason": "协商不成"},
    "redirect": {"unit": "housing", "reason": "职责已划转"},
    "succeed": {"unit": "housing", "reason": "机构改革，职责划入"},
    "set_report_due": {"report_due": "2026-07-15", "reason": "情况复杂"},
    "protect": {"accused_units": ["housing"], "reason": "来信反映该单位"},
    "keep_secret": {"reason": "信访人要求保密"},
    "lift_secret": {"reason": "保密事由消失"},
    "grant_access": {"account": "zhou", "reason": "协助核查"},
    "revoke_access": {"account": "zhou", "reason": "核查结束"},
    "give": {"handler": "li"},
    "hand_over": {"handler": "zhao", "reason": "休假"},
    "recuse": {"account": "qian", "reason": "与信访人系亲属"},
    "supplement": {"text": "补交照片两张。"},
    "contact": {"text": "电话联系，核实线路。"},
    "object": {"reasons": "该线路由市交通运输局直接管理，不属我局职责。"},
    "uphold_objection": {"reason": "理由成立"},
    "reject_objection": {"reason": "属你局职责"},
    "pass_down": {"unit": "transport-road", "reason": "由养护所办理"},
    "channel": {"route": "administrative", "body_name": "区政府复议机构", "reason": "不服处罚"},
    "perform": {"reason": "要求查处非法营运"},
    "simplify": {"simple_case": "clear"},
    "to_ordinary": {"reason": "争议较大"},
    "extend": {"days": 30, "reason": "须实地调查"},
    "invite": {"unit": "housing", "text": "请说明站台用地。", "due": "2026-04-10"},
    "part_answer": {"text": "站台用地已批。"},
    "mediate": {"reason": "双方同意调解"},
    "end_mediation": {"reason": "未能一致"},
    "settle": {"agreement": "mediation", "text": "双方同意延长末班车。"},
    "hold_hearing": {"reason": "疑难复杂"},
    "conclude_hearing": {"text": "听证笔录已签字。"},
    "reply": {"text": OPINION, "outcome": "support"},
    "serve": {"method": "direct", "signed_by": "王某"},
    "close": {"reason": "served"},
    "urge_execution": {"text": "请按意见落实。"},
    "report_channelled": {"text": "关于B12路末班车事项导入行政复议程序的报告"},
    "report_back": {"text": "关于B12路末班车事项办理情况的报告"},
    "return_report": {"report_due": "2026-07-31", "reason": "事实不清"},
    "ask_review": {"body_unit": "government", "reason": "不服处理意见"},
    "late_review": {"reason": "因住院未能按期申请"},
    "accept_late_review": {"body_unit": "government", "reason": "住院属实，理由正当"},
    "extend_review": {"days": 20, "decided_by": "区信访事项复查复核委员会",
                      "reason": "须到三个单位调查"},
    "call_file": {"due": "2026-06-30"},
    "deliver_file": {"receipt_no": "卷〔2026〕1号"},
    "decide_review": {"decision": "uphold", "text": "维持。", "opinion_no": "复查〔2026〕1号"},
    "serve_review": {"method": "direct", "signed_by": "王某"},
    "ask_re_review": {"body_unit": "city", "reason": "不服复查意见"},
    "accept_late_re_review": {"body_unit": "city", "reason": "理由正当"},
    "decide_re_review": {"decision": "uphold", "text": "维持。", "opinion_no": "复核〔2026〕1号"},
    "serve_re_review": {"method": "direct", "signed_by": "王某"},
    "file_termination": {"number": "备〔2026〕1号"},
    "withdraw": {"statement": "卷宗第3页"},
    "reopen": {"reason": "出现新的事实"},
    "archive": {"number": "档2026-1"},
}  # fmt: skip
"""What an action is given unless a test says otherwise."""
ON_THE_DAY = {
    "serve": "received_on", "serve_review": "received_on", "serve_re_review": "received_on",
    "settle": "agreed_on", "ask_review": "applied_on", "ask_re_review": "applied_on",
}  # fmt: skip
_HANDLING = ("forward", "accept", "begin")
_SERVED = (*_HANDLING, "reply", "serve")
_REVIEWED = (*_SERVED, "ask_review", "decide_review", "serve_review")
_ENDED = (*_REVIEWED, "ask_re_review", "decide_re_review", "serve_re_review")
PATHS: dict[str, tuple[str, ...]] = {
    "registered": (), "reported": ("report",), "forwarded": ("forward",), "assigned": ("assign",),
    "objected": ("forward", "object"), "accepted": ("forward", "accept"), "handling": _HANDLING,
    "simple": ("forward", "accept", "simplify"), "extended": (*_HANDLING, "extend"),
    "studying": ("forward", "accept", "study"), "performing": ("forward", "accept", "perform"),
    "hearing": (*_HANDLING, "hold_hearing"), "mediating": (*_HANDLING, "mediate"),
    "replied": (*_HANDLING, "reply"), "served": _SERVED,
    "report_review": ("assign", "accept", "begin", "reply", "serve", "report_back"),
    "reviewing": _REVIEWED[:-2], "review_decided": _REVIEWED[:-1], "review_served": _REVIEWED,
    "re_reviewing": _ENDED[:-2], "re_review_decided": _ENDED[:-1], "terminated": _ENDED,
    "termination_filed": (*_ENDED, "file_termination"),
    "channelled": ("forward", "accept", "channel"), "transferred": ("transfer_law",),
    "guided": ("guide",), "declined": ("decline",), "no_longer_accepted": ("no_longer",),
    "filed": ("file",), "withdrawn": ("withdraw",), "merged": ("join",),
    "closed": (*_SERVED, "close"), "archived": ("file", "archive"),
}  # fmt: skip
"""The way from a petition's arrival to each state; a step a day from 2 March 2026."""
ABOUT = {"studying": {"purpose": "suggestion"}, "declined": {"channel": "visit"}}


def units(bench: Bench) -> Bench:
    """The bench with every unit that the plays name."""
    for code, unit in UNITS.items():
        answer = bench.put(f"/v1/units/{code}", "admin", json=unit)
        assert answer.status_code == 200, answer.text
    return bench


def at_office(bench: Bench, text: str) -> None:
    """Turn the clock to a local time of the office."""
    bench.app.clock.at = office_time(text)


def badge(bench: Bench, who: str) -> str:
    """The token of "handler@housing", or of "li=handler@housing" for an account of that name."""
    account, _, place = who.rpartition("=")
    role, _, unit = place.partition("@")
    unit = unit or ACTOR.get(role, "bureau")
    whole = role not in ACTOR and unit == "bureau"
    return bench._issuer("STAFF_TOKEN_KEY").mint(
        audience=STAFF_AUDIENCE,
        sub=account or role,
        lasts=dt.timedelta(hours=1),
        roles=[role],
        unit=unit,
        unit_scope=[WHOLE_DISTRICT] if whole else [unit],
    )


def tried(
    bench: Bench,
    case: dict[str, Any],
    action: str,
    at: str | None = None,
    by: str = "importer",
    **body: Any,
) -> Any:
    """The answer to an action taken at an office time, which an importer says is history."""
    if at is not None:
        at_office(bench, at)
    now = bench.app.clock.now()
    whole = dict(BODIES.get(action, {}))
    if action in ON_THE_DAY and "method" not in body:
        whole[ON_THE_DAY[action]] = office_day(now).isoformat()
    if "method" in body:
        whole = {}
    if action == "withdraw":
        whole["petition_ids"] = case["petition_ids"]
    whole |= {"at": wire(now)} if by == "importer" else {}
    return bench.post(
        f"/v1/cases/{case['case_id']}/{action}",
        token=badge(bench, by),
        data=json.dumps(whole | body),
        content_type="application/json",
        headers={"If-Match": f'"{bench.case(case["case_id"])["version"]}"'},
    )


def done(
    bench: Bench,
    case: dict[str, Any],
    action: str,
    at: str | None = None,
    by: str = "importer",
    **body: Any,
) -> dict[str, Any]:
    """The case after an action that succeeds."""
    answer = tried(bench, case, action, at, by, **body)
    assert answer.status_code == 200, (action, answer.text)
    after: dict[str, Any] = answer.json
    return after


def played(bench: Bench, case: dict[str, Any], *actions: str) -> dict[str, Any]:
    """The case after actions at ten in the morning, each a day after the one before."""
    for action in actions:
        body = {"into": another(bench)["case_id"]} if action in ("join", "merge") else {}
        case = done(bench, case, action, **body)
        next_day(bench)
    return case


def brought(bench: Bench, state: str, **about: Any) -> dict[str, Any]:
    """A case that came to `state`, a step a day; the clock stands a day after the last step."""
    at_office(bench, "2026-03-02 10:00")
    case = bench.opened(**(ABOUT.get(state, {}) | about))
    next_day(bench)
    case = played(bench, case, *PATHS[state])
    assert case["state"] == state
    return case


def another(bench: Bench, **about: Any) -> dict[str, Any]:
    """Another case that has just been opened."""
    return bench.opened(**about)


def next_day(bench: Bench) -> None:
    """Ten in the morning of the next day."""
    day = office_day(bench.app.clock.now()) + dt.timedelta(days=1)
    bench.app.clock.at = dt.datetime.combine(day, dt.time(10), OFFICE_TZ)


def clock_of(case: dict[str, Any], name: str) -> dict[str, Any]:
    """The clock of this id that was started last."""
    found: dict[str, Any] = [clock for clock in case["clocks"] if clock["id"] == name][-1]
    return found


def clocks_of(case: dict[str, Any]) -> dict[str, str]:
    """The state of each clock, by id; of several of one id the last."""
    return {clock["id"]: clock["state"] for clock in case["clocks"]}


def refused(answer: Any) -> tuple[int, str]:
    """Status and code of a refusal, which names its rule and what is allowed."""
    assert answer.status_code in (409, 422), answer.text
    if "basis" in answer.json:
        assert "allowed" in answer.json
        assert answer.json["state"]
    return answer.status_code, answer.json["code"]


def fields_of(answer: Any) -> set[str]:
    """The fields that a refusal names."""
    return {error["field"] for error in answer.json.get("errors", ())}
