"""What a paper states and a case already knows: element by element, where it comes from.

`KNOWN` serves every paper, `OF_KIND` one kind where the same element comes from elsewhere.
`BY_HAND` is what no record holds: people, places, and what the clerk alone can say. Who the
petitioner is stands in `routing.domain.known.identity`.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from routing.domain.known.sources import (
    Around,
    Source,
    always,
    case,
    code,
    day_of,
    due,
    each,
    fact,
    first,
    joined,
    of_opinion,
    paper,
    said,
    single,
    unit,
)
from routing.domain.opinion import OUTCOMES, cited, overall
from routing.domain.service import METHODS
from shared.clock import long_day


def _lead(known: Around) -> str | None:
    return known.names.get(known.case["lead_unit"] or "")


def _office(known: Around) -> str:
    return known.office


def _level(known: Around) -> str | None:
    facts = known.case["facts"] or {}
    late = (facts.get("late_application") or {}).get("level")
    level = late or ("re_review" if "re_review" in facts else "review")
    return {"review": "复查", "re_review": "复核"}[level]


def _of_level(name: str) -> Source:
    late = fact("late_application", name)
    return first(late, fact("re_review", name), fact("review", name))


def _against(known: Around) -> str | None:
    if _level(known) == "复核":
        number = fact("review", "opinion_no")(known)
        return f"《信访事项复查意见书》（{number}）" if number else "《信访事项复查意见书》"
    return paper(*ANSWERS, title=True)(known) or "《信访事项处理意见书》"


def _against_received(known: Around) -> Any:
    again = _level(known) == "复核"
    return (fact("review", "served_on") if again else fact("service", "served_on"))(known)


def _objecting(known: Around) -> str | None:
    return known.names.get(known.sent[-1]) if known.sent else None


def _disputing(known: Around) -> list[str]:
    codes = [*known.sent, known.spoken.get("object", {}).get("suggested_unit")]
    return list(dict.fromkeys(known.names[one] for one in codes if one and one in known.names))


def _letters(known: Around) -> list[str]:
    return [f"信访件{number}" for number in known.case["petition_nos"]]


def _papers(known: Around) -> list[dict[str, str]]:
    return [
        {
            "number": one["number"] or "",
            "title": known.titles[one["kind"]],
            "date": long_day(one["issued_on"]),
            "pages": "",
            "note": "",
        }
        for one in known.issued
    ]


def _to_body(known: Around) -> str | None:
    body = known.said.get("body_name")
    return f"请向{body}提出。" if body else None


def _by_route(known: Around) -> str:
    item = _ROUTES.get(known.said.get("route") or "", "五")
    return f"《信访工作条例》第三十一条第{item}项"


def _by_ground(known: Around) -> str | None:
    return _GROUNDS.get(known.said.get("ground") or "")


ANSWERS = ("opinion", "simple_reply", "duty_reply", "suggestion_reply")
_ROUTES = {"litigation": "一", "arbitration": "二", "party": "三", "administrative": "四"}
_GROUNDS = {
    "N1": "《信访工作条例》第十九条第三款",
    "N2": "《信访工作条例》第十九条第三款",
    "N4": "《信访工作条例》第二十条第一款",
    "N7": "《信访工作条例》第三十五条、第三十六条",
}
_ADOPTED = {
    "support": "采纳",
    "partly": "部分采纳",
    "explain": "留作参考",
    "not_supported": "未采纳",
}

_CHANNELS = {
    "web": "网上信访",
    "app": "手机应用",
    "wechat": "微信公众号",
    "email": "电子邮件",
    "hotline": "热线来电",
    "visit": "来访",
    "letter": "来信",
    "mailbox": "政府信箱",
    "open311": "开放接口",
}

KNOWN: Mapping[str, Source] = {
    "channel": lambda known: _CHANNELS.get(known.case["channel"]),
    "purpose": code("purpose"),
    "category": lambda known: known.category,
    "place": case("place"),
    "received_on": day_of("received_at"),
    "accepted_on": day_of("accepted_at"),
    "sent_on": day_of("forwarded_at"),
    "summary": first(case("content"), case("title")),
    "cause": first(case("content"), case("title")),
    "hearing_matter": case("title"),
    "suggestion": first(case("content"), case("title")),
    "claims": first(each("claim"), single(case("title"))),
    "facts": first(of_opinion(lambda opinion: opinion.facts), case("content")),
    "findings": first(joined(each("finding")), of_opinion(lambda opinion: opinion.facts)),
    "answers": first(each("answer"), single(case("reply"))),
    "measures": joined(each("measures")),
    "laws": of_opinion(lambda opinion: [cited(one) for one in opinion.basis]),
    "decision": first(
        of_opinion(lambda opinion: OUTCOMES.get(overall(opinion) or "")),
        lambda known: OUTCOMES.get(fact("outcome")(known) or ""),
    ),
    "adopted": first(
        of_opinion(lambda opinion: _ADOPTED.get(overall(opinion) or "")),
        lambda known: _ADOPTED.get(fact("outcome")(known) or ""),
    ),
    "handled": first(said("text"), case("reply")),
    "remedy_body": first(
        of_opinion(lambda opinion: opinion.remedy.body if opinion.remedy else None),
        lambda known: known.remedy_body,
    ),
    "remedy": always("如不服本答复，可以依照有关法律规定的途径和期限主张权利。"),
    "contact": lambda known: known.contact,
    "to_unit": first(unit("unit"), _lead),
    "sent_to": _lead,
    "designated_unit": _lead,
    "disputing_units": _disputing,
    "respondent": _lead,
    "suggested_body": unit("suggested_unit"),
    "attachments": _letters,
    "jurisdiction_basis": always("属地管理、分级负责，谁主管、谁负责"),
    "report_due": case("report_due"),
    "report_demands": always("书面报告办理结果，并附办结报告、答复意见书及送达回证。"),
    "way": always("该事项属于信访程序办理的事项，由我单位按照信访程序办理。"),
    "steps": always(
        "我单位将听取您陈述事实和理由，对有关情况进行调查核实，并出具书面答复。"
    ),
    "reason": said("reason", "reasons"),
    "right_channel": _to_body,
    "route": code("route"),
    "route_body": said("body_name"),
    "legal_basis": _by_route,
    "due_on": due("D6", "D5"),
    "new_due_on": due("D6"),
    "agreed": lambda known: (known.said.get("text") or "").splitlines(),
    "agreed_on": said("agreed_on"),
    "rights": always(
        "您有权陈述、申辩、质证，有权申请主持人回避，可以委托代理人参加；"
        "应当按时到场，遵守听证纪律。"
    ),
    "record": said("text"),
    "objection_number": paper("objection_letter"),
    "assignment_number": paper("assignment_letter"),
    "served_document": paper(*ANSWERS, "review_opinion", "re_review_opinion", title=True),
    "service_method": lambda known: (
        METHODS[known.said["method"]].title if known.said.get("method") in METHODS else None
    ),
    "level": _level,
    "against": _against,
    "against_received_on": _against_received,
    "applied_on": _of_level("applied_on"),
    "first_opinion": paper(*ANSWERS),
    "review_opinion": first(paper("review_opinion"), fact("review", "opinion_no")),
    "rereview_opinion": first(paper("re_review_opinion"), fact("re_review", "opinion_no")),
    "review_findings": of_opinion(lambda opinion: opinion.facts),
    "review_decision": said("text"),
    "grounds": said("reason"),
    "papers": _papers,
    "filed_on": lambda known: known.today,
}  # fmt: skip
"""For each element where it comes from, whatever the paper."""


def _asked(known: Around) -> Any:
    again = "re_review" in (known.case["facts"] or {})
    return known.spoken.get("ask_re_review" if again else "ask_review", {}).get("reason")


def _heard(known: Around) -> str | None:
    body = fact("review", "body")(known)
    return known.names.get(body or "") or known.remedy_body


OF_KIND: Mapping[tuple[str, str], Source] = {
    ("acceptance_notice", "due_on"): due("D5"),
    ("ordinary_switch", "due_on"): due("D5"),
    ("extension_notice", "due_on"): due("D5"),
    ("review_acceptance", "due_on"): due("D11b", "D11", "D9b", "D9"),
    ("channelling_notice", "route"): first(code("route"), always("履行法定职责")),
    ("channelling_notice", "route_body"): first(said("body_name"), _lead),
    ("channelling_notice", "route_limit"): due("DP"),
    ("guidance_notice", "legal_basis"): lambda known: (
        "《信访工作条例》第二十条第二款、第二十二条第二款"
        if known.said is known.spoken.get("guide_law")
        else "《信访工作条例》第二十三条第一款"
    ),
    ("guidance_notice", "reason"): first(
        said("reason"), always("该事项属于有关政法机关职权范围，应当由其依法处理。")
    ),
    ("decline_notice", "legal_basis"): _by_ground,
    ("no_longer_notice", "rereview_opinion"): said("opinion_no"),
    ("objection_letter", "to_unit"): _office,
    ("return_approval", "to_unit"): _objecting,
    ("completion_report", "to_unit"): _office,
    ("completion_report", "findings"): first(
        joined(each("finding")),
        of_opinion(lambda opinion: opinion.facts),
        case("reply"),
        said("text"),
    ),
    ("urgent_report", "to_unit"): said("addressee"),
    ("urgent_report", "happened"): first(said("reason"), case("content")),
    ("duty_reply", "request"): first(joined(each("claim")), case("content")),
    ("suggestion_reply", "reason"): first(
        joined(each("answer")), of_opinion(lambda opinion: opinion.handling), case("reply")
    ),
    ("suggestion_reply", "measures"): first(joined(each("measures")), case("reply")),
    ("review_decline_notice", "legal_basis"): lambda known: (
        f"《信访工作条例》第三十{'六' if _level(known) == '复核' else '五'}条"
    ),
    ("re_review_application", "respondent"): _heard,
    ("re_review_opinion", "respondent"): _heard,
    ("review_opinion", "grounds"): _asked,
    ("re_review_opinion", "grounds"): _asked,
    ("review_opinion", "laws"): first(
        of_opinion(lambda opinion: [cited(one) for one in opinion.basis]),
        always(["《信访工作条例》第三十五条"]),
    ),
    ("re_review_opinion", "laws"): first(
        of_opinion(lambda opinion: [cited(one) for one in opinion.basis]),
        always(["《信访工作条例》第三十六条"]),
    ),
    ("termination_report", "handled"): case("reply"),
}
"""Where an element of one kind of paper comes from elsewhere."""

BY_HAND = frozenset({
    "petitioner_count", "petitioner_view", "party_b", "mediator", "signer", "taken",
    "next_steps", "hearing_at", "hearing_place", "host", "recorder", "attendees", "publicity",
    "conclusion", "service_place", "server", "service_note", "refusal_note", "request", "guidance",
    "filed_by", "registered_by", "history", "cc", "route_limit", "filing_opinion",
})  # fmt: skip
"""What no record holds."""


OF_PAPERS = frozenset(
    {"objection_number", "assignment_number", "served_document", "first_opinion", "papers"}
)
"""What is known once the paper that it names is issued."""


def known_fields(kind: str, elements: Sequence[str], around: Around) -> dict[str, Any]:
    """What is known of these elements of a paper; what is not known is left out."""
    found = {}
    for name in elements:
        source = OF_KIND.get((kind, name)) or KNOWN.get(name)
        value = source(around) if source else None
        if value not in (None, "", []):
            found[name] = value
    return found
