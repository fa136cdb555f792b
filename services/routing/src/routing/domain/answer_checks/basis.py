"""Checks of the law that is cited: it is there, in force, and has that article (T22 Art.32)."""

import re
from collections.abc import Iterator

from routing.domain.answer_checks.ground import Found, Params, checker, fields_of
from routing.domain.opinion import Basis, Context, Opinion

_CITED = re.compile(
    r"《([^《》]{2,60})》(?:（[^（）]{0,30}）)?(第[零〇一二两三四五六七八九十百千\d]+条)?"
)
_ARTICLE = re.compile(r"第?([零〇一二两三四五六七八九十百千]+|\d+)条?")
_DIGITS = {c: n for n, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_TENS = {"十": 10, "百": 100, "千": 1000}


@checker()
def basis_cited(opinion: Opinion, context: Context, params: Params) -> Iterator[Found]:
    """At least one law is cited."""
    if not any(one.law for one in opinion.basis):
        yield Found("basis")


@checker(plain=True)
def law_in_words(opinion: Opinion, context: Context, params: Params) -> Iterator[Found]:
    """A plain text names a law by its title; in a form the list of laws does."""
    if opinion.plain and not _CITED.search(opinion.handling):
        yield Found("basis")


@checker("law")
def article_named(opinion: Opinion, context: Context, params: Params) -> Iterator[Found]:
    """Each law is cited with its article."""
    for number, one in enumerate(opinion.basis):
        if one.law and not _ARTICLE.search(one.article):
            yield Found(f"basis.{number}.article", {"law": short_name(one.law)})


@checker("law", "article", "most", articles="counts", plain=True)
def article_exists(opinion: Opinion, context: Context, params: Params) -> Iterator[Found]:
    """No article is cited beyond a law's last one."""
    for where, one in _cited(opinion):
        most = params["articles"].get(short_name(one.law))
        match = _ARTICLE.search(one.article)
        if most and match and not 1 <= (number := number_of(match[1])) <= most:
            facts = {"law": short_name(one.law), "article": number, "most": most}
            yield Found(where, facts)


@checker("law", laws="words", plain=True)
def law_in_force(opinion: Opinion, context: Context, params: Params) -> Iterator[Found]:
    """No law is cited that is no longer in force."""
    for where, one in _cited(opinion):
        name = short_name(one.law)
        if params["laws"].fullmatch(name):
            yield Found(where, {"law": name})
            return


@checker()
def refusal_quotes_law(opinion: Opinion, context: Context, params: Params) -> Iterator[Found]:
    """Who is refused reads the words of the law on which it rests."""
    refused = any(claim.outcome == "not_supported" for claim in opinion.claims)
    if refused and opinion.basis and not any(one.quote for one in opinion.basis):
        yield Found("basis.0.quote")


@checker("law")
def cited_law_is_listed(opinion: Opinion, context: Context, params: Params) -> Iterator[Found]:
    """A law that the words cite by article is also in the list of laws."""
    listed = {short_name(one.law) for one in opinion.basis}
    for where, text in fields_of(opinion):
        for match in _CITED.finditer(text):
            name = short_name(match[1])
            if match[2] and name not in listed:
                listed.add(name)
                yield Found(where, {"law": name})


@checker("law", words="words")
def basis_is_law(opinion: Opinion, context: Context, params: Params) -> Iterator[Found]:
    """Minutes and inner notices are no legal basis."""
    for number, one in enumerate(opinion.basis):
        if params["words"].search(one.law):
            yield Found(f"basis.{number}.law", {"law": one.law})


def _cited(opinion: Opinion) -> Iterator[tuple[str, Basis]]:
    """Every law cited, in the list and in the words."""
    for number, one in enumerate(opinion.basis):
        yield f"basis.{number}", one
    for where, text in fields_of(opinion):
        for match in _CITED.finditer(text):
            yield where, Basis(match[1], match[2] or "")


def short_name(law: str) -> str:
    """A law's name without brackets, year of issue and "中华人民共和国"."""
    bare = re.sub(r"（[^（）]*）|\([^()]*\)|[《》\s]", "", law)
    return bare.removeprefix("中华人民共和国")


def number_of(text: str) -> int:
    """A whole number below 10,000 written in digits or in Chinese: "一百零三" is 103."""
    if text.isdigit():
        return int(text)
    total, digit = 0, 0
    for char in text:
        if char in _TENS:
            total += (digit or 1) * _TENS[char]
            digit = 0
        else:
            digit = _DIGITS[char]
    return total + digit
