"""Checks of the words: nothing empty, rude, unfinished or private (T22 Arts.30, 46)."""

import re
from collections.abc import Iterator

from routing.domain.answer_checks.ground import (
    Found,
    Params,
    checker,
    claim_at,
    fields_of,
    sentences,
)
from routing.domain.opinion import Context, Opinion, answer_words, words
from shared.pairs import normal
from shared.pii import mask_text

_HAN = "\u4e00-\u9fff"
_DATED = re.compile(
    r"\d+\s*(?:年|月|日|天|个工作日)|[一二三四五六七八九十]+(?:日|天|个月|个工作日)"
)


@checker("words", words="words", plain=True)
def phrase_has_substance(opinion: Opinion, context: Context, params: Params) -> Iterator[Found]:
    """A sentence of good intentions names a day or stands beside a measure with one."""
    kept = {
        claim_at(n, part)
        for n, claim in enumerate(opinion.claims, start=1)
        for part in ("answer", "measures")
        if claim.measures and claim.done_by
    }
    for where, text in fields_of(opinion):
        if where in kept:
            continue
        for sentence in sentences(text):
            match = params["words"].search(sentence)
            if match and not _DATED.search(sentence):
                yield Found(where, {"words": match[0]})
                break


@checker("words", words="words", plain=True)
def words_absent(opinion: Opinion, context: Context, params: Params) -> Iterator[Found]:
    """Words that an answer must not have are not in it."""
    for where, text in fields_of(opinion):
        if match := params["words"].search(text):
            yield Found(where, {"words": match[0]})


@checker("words", pattern="pattern", plain=True)
def pattern_absent(opinion: Opinion, context: Context, params: Params) -> Iterator[Found]:
    """Marks of an unfinished text are in no field, the signer and the remedy included."""
    remedy = opinion.remedy.body if opinion.remedy else ""
    more = [("signer", opinion.signer), ("contact", opinion.contact), ("remedy.body", remedy)]
    claims = [(claim_at(n, "claim"), c.claim) for n, c in enumerate(opinion.claims, start=1)]
    for where, text in (*fields_of(opinion), *claims, *more):
        if match := params["pattern"].search(text):
            yield Found(where, {"words": match[0]})


@checker(plain=True)
def polite(opinion: Opinion, context: Context, params: Params) -> Iterator[Found]:
    """The petitioner is addressed as 您, never as 你."""
    for where, text in fields_of(opinion):
        if re.search(r"你(?!好)", text):
            yield Found(where)
            return


@checker("words", plain=True)
def chinese_punctuation(opinion: Opinion, context: Context, params: Params) -> Iterator[Found]:
    """Between Chinese characters stand Chinese marks."""
    for where, text in fields_of(opinion):
        if match := re.search(rf"[{_HAN}][,.;:?!()](?=[{_HAN}]|$)", text):
            yield Found(where, {"words": match[0]})


@checker("words", plain=True)
def marks_not_doubled(opinion: Opinion, context: Context, params: Params) -> Iterator[Found]:
    """No mark stands twice, and brackets and quotation marks come in pairs."""
    for where, text in fields_of(opinion):
        doubled = re.search(r"[，。；、：]{2,}", text)
        if doubled:
            yield Found(where, {"words": doubled[0]})
            continue
        for opened, closed in ("（）", "《》", "“”"):
            if text.count(opened) != text.count(closed):
                yield Found(where, {"words": opened + closed})
                break


@checker(plain=True)
def no_personal_numbers(opinion: Opinion, context: Context, params: Params) -> Iterator[Found]:
    """No phone, identity or card number and no mail address stands in the words."""
    claims = [(claim_at(n, "claim"), c.claim) for n, c in enumerate(opinion.claims, start=1)]
    for where, text in (*fields_of(opinion), *claims):
        shown = text.replace(opinion.phone, "") if opinion.phone else text
        if opinion.plain:
            shown = re.sub(r"联系(?:电话|方式)[^\n。；]{0,30}", "", shown)
        if mask_text(shown) != shown:
            yield Found(where)


@checker("words", denies="words", names="pattern", plain=True)
def other_body_named(opinion: Opinion, context: Context, params: Params) -> Iterator[Found]:
    """Who says that a matter is not theirs says whose it is."""
    for where, text in fields_of(opinion):
        match = params["denies"].search(text)
        if match and not params["names"].search(text[match.end() :]):
            yield Found(where, {"words": match[0]})


@checker("least", least="count", plain=True)
def long_enough(opinion: Opinion, context: Context, params: Params) -> Iterator[Found]:
    """The answer as a whole is more than a few words."""
    if len(normal(words(opinion))) < params["least"]:
        yield Found("handling" if opinion.plain else "claims", {"least": params["least"]})


@checker("most", most="count", plain=True)
def sentences_readable(opinion: Opinion, context: Context, params: Params) -> Iterator[Found]:
    """No sentence is so long that it cannot be read aloud."""
    for where, text in fields_of(opinion):
        if any(len(sentence) > params["most"] for sentence in sentences(text)):
            yield Found(where, {"most": params["most"]})


@checker("words", words="words", plain=True)
def terms_explained(opinion: Opinion, context: Context, params: Params) -> Iterator[Found]:
    """An inner term of the trade is explained in brackets or not used."""
    told = answer_words(opinion)
    for match in params["words"].finditer(told):
        if told[match.end() : match.end() + 1] not in ("（", "("):
            yield Found("handling", {"words": match[0]})
            return
