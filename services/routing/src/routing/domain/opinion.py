"""The written opinion: its parts, its kinds, and the words in which it goes out (T22 Art.32).

An opinion answers each claim by itself: what was found, what follows, by when it is done. A plain
text, as older systems send it, is an opinion of which only the words are known (`plain`).
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from shared.clock import long_day

OUTCOMES = {
    "support": "予以支持",
    "partly": "部分支持",
    "explain": "解释说明",
    "not_supported": "不予支持",
}
"""T22 Art.32(一)-(三); "partly" is TBJ 42."""

DECISIONS = {
    "uphold": "维持原处理意见",
    "annul": "撤销原处理意见",
    "change": "变更原处理意见",
    "redo": "责令限期重新作出处理意见",
}
"""What a review may decide (TBJ 50, TSD 45; T22 names none)."""

REMEDIES = {"review": "复查", "re_review": "复核", "none": "无"}
LEVELS = {"handling": "办理", "review": "复查", "re_review": "复核"}


@dataclass(frozen=True)
class Kind:
    """One kind of opinion; `remedy` is the next step that it must name, or "none"."""

    code: str
    title: str
    basis: str
    level: str
    remedy: str


KINDS = {
    kind.code: kind
    for kind in (
        Kind("petition", "信访处理意见书", "T22 Art.32", "handling", "review"),
        Kind("simple", "信访事项简易办理答复意见书", "P-JY22 Arts.4-5", "handling", "review"),
        Kind("duty", "履行法定职责答复书", "T22 Art.31(五)", "handling", "none"),
        Kind("suggestion", "建议意见答复书", "T22 Art.29", "handling", "none"),
        Kind("review", "信访事项复查意见书", "T22 Art.35", "review", "re_review"),
        Kind("re_review", "信访事项复核意见书", "T22 Art.36", "re_review", "none"),
    )
}


@dataclass(frozen=True)
class Claim:
    """One thing that the petitioner asks for, and its answer."""

    claim: str = ""
    finding: str = ""
    answer: str = ""
    outcome: str | None = None
    measures: str = ""
    responsible: str = ""
    done_by: dt.date | None = None


@dataclass(frozen=True)
class Basis:
    """A law and its article, with its words where they matter."""

    law: str
    article: str = ""
    quote: str = ""


@dataclass(frozen=True)
class Remedy:
    """Where and within how many days the petitioner may turn next (T22 Arts.35, 36)."""

    kind: str
    body: str = ""
    days: int | None = None


@dataclass(frozen=True)
class Opinion:
    """An opinion as drafted; empty texts are what has not been written yet."""

    kind: str
    claims: tuple[Claim, ...] = ()
    received_from: str = ""
    received_on: dt.date | None = None
    facts: str = ""
    basis: tuple[Basis, ...] = ()
    handling: str = ""
    decision: str | None = None
    remedy: Remedy | None = None
    attachments: tuple[str, ...] = ()
    contact: str = ""
    phone: str = ""
    signer: str = ""
    plain: bool = False


@dataclass(frozen=True)
class Context:
    """What is known of the case beside the opinion; None or empty where it is not known.

    `former` are the texts of opinions given before on the same matter at the same level, `others`
    pairs of case number and answer of other cases.
    """

    today: dt.date
    unit_name: str = ""
    title: str = ""
    content: str = ""
    received_on: dt.date | None = None
    accepted_on: dt.date | None = None
    due_on: dt.date | None = None
    extended: bool = False
    mediated: bool = False
    heard: bool = False
    former: tuple[str, ...] = ()
    others: tuple[tuple[str, str], ...] = field(default=())


def opinion_of(fields: Mapping[str, Any]) -> Opinion:
    """An opinion from the JSON in which it is kept; days are days or ISO texts."""
    remedy = fields.get("remedy")
    return Opinion(
        kind=fields["kind"],
        claims=tuple(_claim(one) for one in fields.get("claims") or ()),
        basis=tuple(
            Basis(**{name: value or "" for name, value in one.items()})
            for one in fields.get("basis") or ()
        ),
        remedy=Remedy(remedy["kind"], remedy.get("body") or "", remedy.get("days"))
        if remedy
        else None,
        received_on=_day(fields.get("received_on")),
        decision=fields.get("decision"),
        attachments=tuple(fields.get("attachments") or ()),
        received_from=fields.get("received_from") or "",
        facts=fields.get("facts") or "",
        handling=fields.get("handling") or "",
        contact=fields.get("contact") or "",
        phone=fields.get("phone") or "",
        signer=fields.get("signer") or "",
    )


def _claim(fields: Mapping[str, Any]) -> Claim:
    texts = {n: fields.get(n) or "" for n in _CLAIM_WORDS}
    return Claim(**texts, outcome=fields.get("outcome"), done_by=_day(fields.get("done_by")))


_CLAIM_WORDS = ("claim", "finding", "answer", "measures", "responsible")


def _day(value: Any) -> dt.date | None:
    return dt.date.fromisoformat(value) if isinstance(value, str) else value


def plain_opinion(text: str, kind: str) -> Opinion:
    """A plain text as an opinion of which only the words are known."""
    return Opinion(kind=kind, handling=text, plain=True)


def overall(opinion: Opinion) -> str | None:
    """The one outcome that stands for all claims: theirs if they agree, else "partly"."""
    found = {claim.outcome for claim in opinion.claims if claim.outcome}
    if not found:
        return None
    return found.pop() if len(found) == 1 else "partly"


def words(opinion: Opinion) -> str:
    """All that the drafter wrote of facts, answers and reasons, a line for each field."""
    parts = [opinion.facts, opinion.handling]
    for claim in opinion.claims:
        parts += [claim.finding, claim.answer, claim.measures]
    return "\n".join(part for part in parts if part)


def answer_words(opinion: Opinion) -> str:
    """What the petitioner is told by way of answer, without claims, headings and forms."""
    told = [text for claim in opinion.claims for text in (claim.answer, claim.measures)]
    return "\n".join(part for part in (*told, opinion.handling) if part)


def render(opinion: Opinion, *, unit_name: str, issued_on: dt.date) -> str:
    """The opinion as plain text, part by part (T22 Art.32: claims, facts, opinion, basis)."""
    if opinion.plain:
        return opinion.handling
    parts = [KINDS[opinion.kind].title, "", "信访人：", _opening(opinion)]
    number = 0
    for heading, lines in (
        ("投诉请求及逐项答复", _claims(opinion)),
        ("事实和理由", [opinion.facts] if opinion.facts else []),
        ("法律法规依据", [cited(one) for one in opinion.basis]),
        ("处理意见", [x for x in (DECISIONS.get(opinion.decision or ""), opinion.handling) if x]),
    ):
        if lines:
            parts += [f"{_NUMERALS[number]}、{heading}", *lines]
            number += 1
    parts += [line for line in (_next_step(opinion), *_attached(opinion)) if line]
    if opinion.contact or opinion.phone:
        parts.append(f"联系人：{opinion.contact}　联系电话：{opinion.phone}")
    signed = long_day(issued_on)
    return "\n".join([*parts, "", opinion.signer or unit_name, signed])


_NUMERALS = "一二三四五六七八九十"


def _opening(opinion: Opinion) -> str:
    received = f"于{_written(opinion.received_on)}收到" if opinion.received_on else "已收到"
    source = f"（来源：{opinion.received_from}）" if opinion.received_from else ""
    return f"您反映的信访事项，本单位{received}{source}。经调查核实，现答复如下："


def _claims(opinion: Opinion) -> list[str]:
    lines = []
    for number, claim in enumerate(opinion.claims, start=1):
        lines.append(f"{number}. 您的请求：{claim.claim}")
        if claim.finding:
            lines.append(f"核实情况：{claim.finding}")
        outcome = f"（{OUTCOMES[claim.outcome]}）" if claim.outcome else ""
        lines.append(f"答复：{claim.answer}{outcome}")
        if claim.measures:
            who = f"，由{claim.responsible}负责" if claim.responsible else ""
            until = f"，于{_written(claim.done_by)}前完成" if claim.done_by else ""
            lines.append(f"办理措施：{claim.measures.rstrip('。')}{who}{until}。")
    return lines


def cited(basis: Basis) -> str:
    """A law and its article as papers cite them."""
    quote = f"：“{basis.quote}”" if basis.quote else ""
    return f"《{basis.law.strip('《》')}》{basis.article}{quote}"


def _next_step(opinion: Opinion) -> str:
    remedy = opinion.remedy
    if remedy is None or remedy.kind == "none":
        return ""
    return (
        f"如不服本意见，您可以自收到本意见书之日起{remedy.days or '　'}日内"
        f"向{remedy.body or '　'}请求{REMEDIES[remedy.kind]}。"
    )


def _attached(opinion: Opinion) -> list[str]:
    return [f"附件{n}：{name}" for n, name in enumerate(opinion.attachments, start=1)]


def _written(day: dt.date | None) -> str:
    return long_day(day) if day else ""
