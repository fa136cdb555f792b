"""Checks of the claims: each answered by itself, with facts and reason (T22 Art.32)."""

import re
from collections.abc import Iterator

from routing.domain.answer_checks.ground import Found, Params, checker, claim_at
from routing.domain.opinion import Claim, Context, Opinion
from shared.pairs import normal

_AMOUNT = re.compile(r"(?<![\d.])(\d+(?:[,，]\d{3})*(?:\.\d+)?)\s*(亿|万)?(?=元|块钱)")
_UNITS = {"": 1, "万": 10_000, "亿": 100_000_000}
_REFUSED = re.compile(r"不予支持|不能支持|无法支持|不支持您")
_GRANTED = re.compile(r"(?<!不)(?<!无法)(?:予以支持|支持您)")


def _numbered(opinion: Opinion, *outcomes: str) -> Iterator[tuple[int, Claim]]:
    for number, claim in enumerate(opinion.claims, start=1):
        if not outcomes or claim.outcome in outcomes:
            yield number, claim


@checker()
def claims_present(opinion: Opinion, context: Context, params: Params) -> Iterator[Found]:
    """At least one claim is named."""
    if not any(claim.claim for claim in opinion.claims):
        yield Found("claims")


@checker("n", part="claim_part")
def claim_part_given(opinion: Opinion, context: Context, params: Params) -> Iterator[Found]:
    """Every claim has the part that the table names."""
    part = params["part"]
    for number, claim in _numbered(opinion):
        if not getattr(claim, part, None):
            yield Found(claim_at(number, part), {"n": number})


@checker("n", "least", least="count")
def answer_long_enough(opinion: Opinion, context: Context, params: Params) -> Iterator[Found]:
    """No claim is brushed off in a few words."""
    for number, claim in _numbered(opinion):
        if claim.answer and len(normal(claim.answer)) < params["least"]:
            yield Found(claim_at(number, "answer"), {"n": number, "least": params["least"]})


@checker("n", pattern="pattern")
def finding_names_time_or_place(
    opinion: Opinion, context: Context, params: Params
) -> Iterator[Found]:
    """A finding says when or where it was found."""
    for number, claim in _numbered(opinion):
        if claim.finding and not params["pattern"].search(claim.finding):
            yield Found(claim_at(number, "finding"), {"n": number})


@checker("n", part="claim_part")
def supported_has_part(opinion: Opinion, context: Context, params: Params) -> Iterator[Found]:
    """A claim that is supported says how, by whom or by when it is carried out."""
    part = params["part"]
    for number, claim in _numbered(opinion, "support", "partly"):
        if not getattr(claim, part, None):
            yield Found(claim_at(number, part), {"n": number})


@checker("n")
def measures_have_date_and_responsible(
    opinion: Opinion, context: Context, params: Params
) -> Iterator[Found]:
    """Whatever is promised says until when and by whom."""
    for number, claim in _numbered(opinion):
        if claim.measures and not (claim.done_by and claim.responsible):
            part = "responsible" if claim.done_by else "done_by"
            yield Found(claim_at(number, part), {"n": number})


@checker("n", "least", words="words", least="count")
def refusal_has_facts_and_reason(
    opinion: Opinion, context: Context, params: Params
) -> Iterator[Found]:
    """A claim that is refused rests on facts found and a reason given."""
    for number, claim in _numbered(opinion, "not_supported"):
        short = len(normal(claim.finding)) < params["least"]
        if short or not params["words"].search(claim.answer + claim.finding):
            part = "finding" if short else "answer"
            yield Found(claim_at(number, part), {"n": number, "least": params["least"]})


@checker("n", words="words")
def refusal_shows_way(opinion: Opinion, context: Context, params: Params) -> Iterator[Found]:
    """A refusal explains and shows another way (疏导教育)."""
    for number, claim in _numbered(opinion, "not_supported"):
        if claim.answer and not params["words"].search(claim.answer + claim.measures):
            yield Found(claim_at(number, "answer"), {"n": number})


@checker("n", words="words")
def explanation_says_why(opinion: Opinion, context: Context, params: Params) -> Iterator[Found]:
    """What is reasonable but has no legal basis is explained as just that."""
    for number, claim in _numbered(opinion, "explain"):
        if claim.answer and not params["words"].search(claim.answer + claim.finding):
            yield Found(claim_at(number, "answer"), {"n": number})


@checker("n")
def outcome_fits_words(opinion: Opinion, context: Context, params: Params) -> Iterator[Found]:
    """The outcome chosen is the one that the answer's words give."""
    for number, claim in _numbered(opinion):
        refused, granted = _REFUSED.search(claim.answer), _GRANTED.search(claim.answer)
        wrong = (claim.outcome == "support" and refused) or (
            claim.outcome == "not_supported" and granted and not refused
        )
        if wrong:
            yield Found(claim_at(number, "outcome"), {"n": number})


@checker("asked", "answered", pattern="pattern")
def petition_claims_covered(opinion: Opinion, context: Context, params: Params) -> Iterator[Found]:
    """There are as many claims as the petition itself numbers."""
    asked = len(set(params["pattern"].findall(context.content)))
    if asked > len(opinion.claims) > 0:
        yield Found("claims", {"asked": asked, "answered": len(opinion.claims)})


@checker("n", "amount")
def amounts_answered(opinion: Opinion, context: Context, params: Params) -> Iterator[Found]:
    """A sum of money in a claim comes up again in what was found or answered."""
    for number, claim in _numbered(opinion):
        told = dict(_amounts(f"{claim.finding}\n{claim.answer}\n{claim.measures}"))
        if not claim.answer:
            continue
        for value, written in _amounts(claim.claim):
            if value not in told:
                yield Found(claim_at(number, "answer"), {"n": number, "amount": written})


def _amounts(text: str) -> list[tuple[float, str]]:
    found = []
    for match in _AMOUNT.finditer(text):
        value = float(re.sub("[,，]", "", match[1])) * _UNITS[match[2] or ""]
        found.append((value, f"{match[0]}元"))
    return found


@checker("n", "first")
def answers_differ(opinion: Opinion, context: Context, params: Params) -> Iterator[Found]:
    """No two claims have one and the same answer."""
    seen: dict[str, int] = {}
    for number, claim in _numbered(opinion):
        words = normal(claim.answer)
        if words and words in seen:
            yield Found(claim_at(number, "answer"), {"n": number, "first": seen[words]})
        seen.setdefault(words, number)


@checker("n")
def simple_is_not_for_refusals(
    opinion: Opinion, context: Context, params: Params
) -> Iterator[Found]:
    """What is not supported does not go by the simple procedure."""
    for number, _ in _numbered(opinion, "not_supported"):
        yield Found(claim_at(number, "outcome"), {"n": number})


@checker(words="words", plain=True)
def adoption_said(opinion: Opinion, context: Context, params: Params) -> Iterator[Found]:
    """An answer to a suggestion says whether it is adopted."""
    told = "".join(claim.answer for claim in opinion.claims) + opinion.handling
    if told and not params["words"].search(told):
        yield Found("handling")
