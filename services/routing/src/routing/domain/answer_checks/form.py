"""Checks of the form: signed by the unit, somebody to ask, enclosures there."""

import re
from collections.abc import Iterator

from routing.domain.answer_checks.ground import Found, Params, checker, fields_of
from routing.domain.opinion import Context, Opinion

_ENCLOSED = re.compile(r"(?:见|详见|如|随附|附)附件\s*(\d{1,2})?|附后|附件\s*(\d{1,2})")
_PHONE = re.compile(r"(?:0\d{2,3}-?)?\d{7,8}(?:-\d{1,6})?|1\d{10}|12345")


@checker("unit")
def signed_by_unit(opinion: Opinion, context: Context, params: Params) -> Iterator[Found]:
    """The unit that has the case signs."""
    fits = opinion.signer and (not context.unit_name or context.unit_name in opinion.signer)
    if not fits:
        yield Found("signer", {"unit": context.unit_name})


@checker("signer", pattern="pattern")
def not_signed_by_part(opinion: Opinion, context: Context, params: Params) -> Iterator[Found]:
    """No inner department signs in its unit's place."""
    rest = opinion.signer.replace(context.unit_name, "", 1) if context.unit_name else ""
    if opinion.signer != context.unit_name and params["pattern"].search(rest or opinion.signer):
        yield Found("signer", {"signer": opinion.signer})


@checker()
def contact_named(opinion: Opinion, context: Context, params: Params) -> Iterator[Found]:
    """Somebody can be asked: a name and a phone number."""
    if not opinion.contact:
        yield Found("contact")
    elif not opinion.phone:
        yield Found("phone")


@checker()
def phone_looks_real(opinion: Opinion, context: Context, params: Params) -> Iterator[Found]:
    """The phone number has the digits of one."""
    if opinion.phone and not _PHONE.fullmatch(re.sub(r"[\s（）()转]", "", opinion.phone)):
        yield Found("phone")


@checker(plain=True)
def unit_named(opinion: Opinion, context: Context, params: Params) -> Iterator[Found]:
    """A plain text names the unit that answers."""
    if opinion.plain and context.unit_name and context.unit_name not in opinion.handling:
        yield Found("signer")


@checker("number", "listed")
def enclosures_listed(opinion: Opinion, context: Context, params: Params) -> Iterator[Found]:
    """What the words call an enclosure is in the list of enclosures."""
    listed = len(opinion.attachments)
    for where, text in fields_of(opinion):
        for match in _ENCLOSED.finditer(text):
            number = int(match[1] or match[2] or 1)
            if number > listed:
                yield Found(where, {"number": number, "listed": listed})
                return


@checker("name")
def enclosures_differ(opinion: Opinion, context: Context, params: Params) -> Iterator[Found]:
    """No enclosure is listed twice."""
    seen: set[str] = set()
    for number, name in enumerate(opinion.attachments):
        if name in seen:
            yield Found(f"attachments.{number}", {"name": name})
        seen.add(name)
