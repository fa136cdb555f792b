"""What a citizen is told of a petition's progress: stages and states in plain words."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from intake.domain.requests import reason_text, request_name
from shared.clock import long_day

_TOGETHER = "您反映的事项与另一事项内容相同，已并入一并办理。"
STAGE_TEXTS = {
    "registered": "您反映的事项已登记，编号{petition_no}。",
    "joined": _TOGETHER,
    "forwarded": "您反映的事项已转送{unit}，该单位将在15日内书面告知您办理途径和程序。",
    "assigned": "您反映的事项已交{unit}办理，并要求其按期报告结果。",
    "transferred": "您反映的事项已转送{judiciary}依法处理。",
    "guided": "您反映的事项应由其他机关处理，请按告知的途径向该机关提出。",
    "filed": "您反映的事项已登记存查。",
    "declined": "您反映的事项不予受理，理由和依据见书面告知。",
    "no_longer_accepted": "您反映的事项已有复核意见，依法不再受理，理由和依据见书面告知。",
    "accepted": "{unit}已受理您反映的事项{due}。",
    "channelled": "您反映的事项应当通过其他法定途径解决，已导入相应程序，具体途径见书面告知。",
    "simple": "您反映的事项按简易程序办理。",
    "studying": "您提出的意见建议正在研究办理。",
    "performing": "您反映的事项正在按法定职责办理。",
    "extended": "您反映的事项情况复杂，经批准延期办理{due}。",
    "mediating": "正在就您反映的事项组织调解。",
    "hearing": "正在就您反映的事项举行听证。",
    "replied": "{unit}已作出处理意见，正在送达。",
    "served": "处理意见已送达。{reply}",
    "reviewing": "您的复查申请已收到，正在复查。",
    "review_decided": "复查意见已作出，正在送达。",
    "review_served": "复查意见已送达。不服的，可以自收到之日起30日内申请复核。",
    "re_reviewing": "您的复核申请已收到，正在复核。",
    "re_review_decided": "复核意见已作出，正在送达。",
    "redo": "您反映的事项将按复查（复核）意见重新办理。",
    "terminated": "复核意见已送达，您反映的事项已终结。",
    "merged": _TOGETHER,
    "unmerged": "您反映的事项恢复单独办理。",
    "withdrawn": "您反映的事项已撤回，不再办理。",
    "reopened": "您反映的事项因有新的事实，重新启动办理。",
    "closed": "您反映的事项已办结。",
    "request_waiting": "您{request}的请求已收到，正在审核：{why}",
    "request_refused": "您{request}的请求未能办理：{why}",
}
"""What a citizen reads at each stage; stages not listed here are the office's own business."""

STAGES_OF_EVENTS = frozenset(
    {
        *("joined", "forwarded", "assigned", "accepted", "extended", "replied", "served"),
        *("channelled", "terminated", "merged", "withdrawn", "closed"),
    }
)
"""Event types (case.<stage>.v1) that are a stage themselves, whatever state they led to."""

STAGES_OF_STATES: Mapping[str, frozenset[str]] = {
    "declined": frozenset({"declined", "no_longer_accepted"}),
    "review_opened": frozenset({"reviewing", "re_reviewing"}),
    "review_decided": frozenset({"review_decided", "re_review_decided"}),
    "moved": frozenset(
        {
            *("transferred", "guided", "filed", "simple", "studying", "performing"),
            *("mediating", "hearing", "review_served"),
        }
    ),
}
"""Event types of which the state that they led to is the stage, where a citizen is told of it."""

STAGES_OF_ANSWERS = {"waiting": "request_waiting", "refused": "request_refused"}
"""What routing answered to a request that is a stage of its own; what was done tells itself."""

STAGES_OF_ACTIONS = {"reopen": "reopened", "unmerge": "unmerged"}

PUBLIC_STATES = {"reported": "registered", "objected": "forwarded", "report_review": "served"}
"""States that are the office's own business, and what a citizen is shown in their place."""

SOMEBODY = "有权处理的机关"
JUDICIARY = "政法机关"


def stage_of(verb: str, data: Mapping[str, Any], *, petition_id: str) -> str | None:
    """The stage that `case.<verb>` is for one petition of the case; None where it is none."""
    state = data["header"]["state"]
    if verb == "joined" and data["petition_id"] != petition_id:
        return None
    if verb == "request_answered":
        return STAGES_OF_ANSWERS.get(data["answer"]) if data["petition_id"] == petition_id else None
    if verb in STAGES_OF_EVENTS:
        return verb
    if verb == "review_decided" and data["decision"] == "redo":
        return "redo"
    if verb == "moved" and data["action"] in STAGES_OF_ACTIONS:
        return STAGES_OF_ACTIONS[data["action"]]
    return state if state in STAGES_OF_STATES.get(verb, ()) else None


def supplement_text(until: dt.date, what: str) -> str:
    """What a citizen reads of a request for supplement."""
    return f"请于{long_day(until)}前补充以下材料：{what}"


def public_state(state: str, *, secret: bool) -> str:
    """The state that a citizen is shown; in the secret lane none that tells who has the case."""
    if secret and state == "transferred":
        return "forwarded"
    return PUBLIC_STATES.get(state, state)


def stage_text(stage: str, facts: Mapping[str, Any]) -> str:
    """The sentence for a stage; in the secret lane no unit and no reply is named."""
    secret = facts["secret"]
    due = facts.get("due_day")
    reply = facts.get("reply")
    return STAGE_TEXTS[stage].format(
        petition_no=facts.get("petition_no", ""),
        unit=SOMEBODY if secret else facts.get("unit") or SOMEBODY,
        judiciary=SOMEBODY if secret else JUDICIARY,
        due=f"，应在{long_day(dt.date.fromisoformat(due))}前办结并答复您" if due else "",
        reply=f"答复内容：{reply}" if reply and not secret else "",
        request=request_name(facts.get("request")),
        why=reason_text(facts.get("why")) or "",
    )


def void_text(instead: str | None) -> str:
    """That a petition is void, and by which number the matter goes on."""
    named = f"，您反映的事项以编号{instead}办理" if instead else ""
    return f"该登记有误，已作废{named}。"
