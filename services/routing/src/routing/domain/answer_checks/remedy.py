"""Checks of the way on: the right body, 30 days, nothing where there is none (T22 Arts.35, 36)."""

import re
from collections.abc import Iterator

from routing.domain.answer_checks.ground import (
    Found,
    Params,
    checker,
    fields_of,
    sentences,
)
from routing.domain.opinion import KINDS, REMEDIES, Context, Opinion, words

_BODY_AND_REVIEW = re.compile(r"向\S{2,40}?(?:请求|申请|提出)\S{0,6}(复查|复核)")
_COURT = re.compile(r"(?:申请行政复议|提起(?:行政|民事)?诉讼|行政诉讼|起诉|提出行政复议|申请复议)")
_AGAINST = re.compile(r"不服|有异议|不满意|不认可|不同意")
_NUMBER_OF_DAYS = re.compile(r"(?<!\d)30\s*(?:日|天)|三十\s*(?:日|天)")


@checker("step", plain=True)
def next_step_named(opinion: Opinion, context: Context, params: Params) -> Iterator[Found]:
    """The next step of the ladder is the one that this kind of opinion has."""
    due = KINDS[opinion.kind].remedy
    if opinion.plain:
        missing = not re.search(REMEDIES[due], opinion.handling)
    else:
        missing = opinion.remedy is None or opinion.remedy.kind != due
    if missing:
        yield Found("remedy.kind", {"step": REMEDIES[due]})


@checker("step", vague="words", plain=True)
def reviewing_body_named(opinion: Opinion, context: Context, params: Params) -> Iterator[Found]:
    """The body that reviews is named by its name."""
    step = REMEDIES[KINDS[opinion.kind].remedy]
    if opinion.plain:
        match = _BODY_AND_REVIEW.search(opinion.handling)
        missing = match is None or bool(params["vague"].search(match[0]))
    else:
        body = opinion.remedy.body if opinion.remedy else ""
        missing = not body or bool(params["vague"].search(body))
    if missing:
        yield Found("remedy.body", {"step": step})


@checker("days", days="count", plain=True)
def days_to_ask_named(opinion: Opinion, context: Context, params: Params) -> Iterator[Found]:
    """The days within which to ask are named, and are those of the law."""
    if opinion.plain:
        missing = not _NUMBER_OF_DAYS.search(opinion.handling)
    else:
        missing = opinion.remedy is None or opinion.remedy.days != params["days"]
    if missing:
        yield Found("remedy.days", {"days": params["days"]})


@checker(plain=True)
def no_next_step(opinion: Opinion, context: Context, params: Params) -> Iterator[Found]:
    """Where the ladder ends or never began, no review is offered."""
    offered = opinion.remedy is not None and opinion.remedy.kind != "none"
    if offered or _BODY_AND_REVIEW.search(words(opinion)):
        yield Found("remedy.kind")


@checker("words", plain=True)
def court_is_no_remedy(opinion: Opinion, context: Context, params: Params) -> Iterator[Found]:
    """Reconsideration and suit are never offered against a petition opinion."""
    remedy = opinion.remedy.body if opinion.remedy else ""
    for where, text in (*fields_of(opinion), ("remedy.body", remedy)):
        for sentence in sentences(text):
            court = _COURT.search(sentence)
            if court and (_AGAINST.search(sentence) or where == "remedy.body"):
                yield Found(where, {"words": court[0]})
                return
    if re.search("法院|行政复议", remedy):
        yield Found("remedy.body", {"words": remedy})


@checker("body")
def reviewer_is_another(opinion: Opinion, context: Context, params: Params) -> Iterator[Found]:
    """Nobody reviews their own opinion: the next superior does."""
    own = {name for name in (context.unit_name, opinion.signer) if name}
    if opinion.remedy and opinion.remedy.body in own:
        yield Found("remedy.body", {"body": opinion.remedy.body})


@checker(words="words", plain=True)
def words_said(opinion: Opinion, context: Context, params: Params) -> Iterator[Found]:
    """The answer says what this kind of opinion must say."""
    if not params["words"].search(words(opinion)):
        yield Found("handling")


@checker()
def decision_given(opinion: Opinion, context: Context, params: Params) -> Iterator[Found]:
    """A review says what becomes of the opinion it reviews."""
    if opinion.decision is None:
        yield Found("decision")
