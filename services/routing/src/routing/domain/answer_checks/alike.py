"""Checks against other texts: not the petition, the former opinion or another answer."""

from collections.abc import Iterator

from routing.domain.answer_checks.ground import Found, Params, checker, claim_at
from routing.domain.likeness import likeness, share_from
from routing.domain.opinion import Context, Opinion, answer_words, words
from shared.pairs import normal


def _percent(share: float) -> int:
    return round(share * 100)


@checker("percent", share="share", least="count", plain=True)
def not_the_petition(opinion: Opinion, context: Context, params: Params) -> Iterator[Found]:
    """The answer does not give the petition's own words back."""
    told = answer_words(opinion)
    if len(normal(told)) < params["least"]:
        return
    share = share_from(told, context.content)
    if share > params["share"]:
        yield Found("handling", {"percent": _percent(share)})


@checker("n", "percent", share="share", least="count")
def not_the_claim(opinion: Opinion, context: Context, params: Params) -> Iterator[Found]:
    """An answer does not merely say the claim again."""
    for number, claim in enumerate(opinion.claims, start=1):
        if len(normal(claim.answer)) < params["least"]:
            continue
        share = share_from(claim.answer, claim.claim, size=3)
        if share > params["share"]:
            where = claim_at(number, "answer")
            yield Found(where, {"n": number, "percent": _percent(share)})


@checker("n", "percent", share="share")
def claim_from_petition(opinion: Opinion, context: Context, params: Params) -> Iterator[Found]:
    """A claim is in the petition's own words, at least in part."""
    petition = f"{context.title}\n{context.content}"
    if not normal(petition):
        return
    for number, claim in enumerate(opinion.claims, start=1):
        share = share_from(claim.claim, petition, size=2)
        if claim.claim and share < params["share"]:
            where = claim_at(number, "claim")
            yield Found(where, {"n": number, "percent": _percent(share)})


@checker("percent", share="share", plain=True)
def not_the_former_opinion(opinion: Opinion, context: Context, params: Params) -> Iterator[Found]:
    """What is done anew is not the former opinion once more."""
    told = words(opinion)
    most = max((share_from(told, old, size=3) for old in context.former), default=0.0)
    if most > params["share"]:
        yield Found("handling", {"percent": _percent(most)})


@checker("case_no", "percent", share="share", plain=True)
def not_another_answer(opinion: Opinion, context: Context, params: Params) -> Iterator[Found]:
    """The answer is not that of another case, pasted."""
    told = answer_words(opinion)
    for case_no, other in context.others:
        share = likeness(told, other)
        if share > params["share"]:
            yield Found("handling", {"case_no": case_no, "percent": _percent(share)})
            return
