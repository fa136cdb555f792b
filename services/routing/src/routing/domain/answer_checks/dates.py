"""Checks of days: in order, possible, not in the future, within the limit (T22 Arts.22, 23, 34)."""

import datetime as dt
import re
from collections.abc import Iterator

from routing.domain.answer_checks.ground import Found, Params, checker, claim_at, fields_of
from routing.domain.opinion import Context, Opinion, words

_DAY = re.compile(r"(\d{4})\s*[年\-./]\s*(\d{1,2})\s*[月\-./]\s*(\d{1,2})\s*日?")


@checker()
def receipt_told(opinion: Opinion, context: Context, params: Params) -> Iterator[Found]:
    """The opinion says when and from whom the petition came."""
    if opinion.received_on is None:
        yield Found("received_on")
    elif not opinion.received_from:
        yield Found("received_from")


@checker("earlier", "later")
def days_in_order(opinion: Opinion, context: Context, params: Params) -> Iterator[Found]:
    """Petition received, received by the unit, accepted, issued: each no earlier than the last."""
    days = (context.received_on, opinion.received_on, context.accepted_on, context.today)
    known = [day for day in days if day is not None]
    for earlier, later in zip(known, known[1:], strict=False):
        if earlier > later:
            yield Found("received_on", {"earlier": str(earlier), "later": str(later)})
            return


@checker("day", plain=True)
def days_exist(opinion: Opinion, context: Context, params: Params) -> Iterator[Found]:
    """Every day named is in the calendar."""
    for where, text in fields_of(opinion):
        for match in _DAY.finditer(text):
            if _day_of(match) is None:
                yield Found(where, {"day": match[0]})


@checker("n", "day")
def findings_are_past(opinion: Opinion, context: Context, params: Params) -> Iterator[Found]:
    """What was found happened before today."""
    for number, claim in enumerate(opinion.claims, start=1):
        for match in _DAY.finditer(claim.finding):
            day = _day_of(match)
            if day and day > context.today:
                where = claim_at(number, "finding")
                yield Found(where, {"n": number, "day": match[0]})


@checker("n", "day")
def promises_are_ahead(opinion: Opinion, context: Context, params: Params) -> Iterator[Found]:
    """What is promised is not promised for a day that is over."""
    for number, claim in enumerate(opinion.claims, start=1):
        if claim.done_by and claim.done_by < context.today:
            where = claim_at(number, "done_by")
            yield Found(where, {"n": number, "day": str(claim.done_by)})


@checker("n", "days", days="count")
def promises_are_near(opinion: Opinion, context: Context, params: Params) -> Iterator[Found]:
    """What is promised is not put off for years."""
    for number, claim in enumerate(opinion.claims, start=1):
        if claim.done_by and claim.done_by - context.today > dt.timedelta(days=params["days"]):
            where = claim_at(number, "done_by")
            yield Found(where, {"n": number, "days": params["days"]})


@checker("day", plain=True)
def issued_in_time(opinion: Opinion, context: Context, params: Params) -> Iterator[Found]:
    """The opinion is issued within its limit."""
    if context.due_on and context.today > context.due_on:
        yield Found("", {"day": str(context.due_on)})


@checker(fact="fact", words="words", plain=True)
def told_what_happened(opinion: Opinion, context: Context, params: Params) -> Iterator[Found]:
    """What was done on the way (extended, mediated, heard) is told."""
    happened = getattr(context, params["fact"])
    if happened and not params["words"].search(words(opinion)):
        yield Found("facts")


def _day_of(match: re.Match[str]) -> dt.date | None:
    try:
        return dt.date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        return None
