"""Legal sources in words: "T22 Art.22(三)" -> 《信访工作条例》第22条第（三）项."""

import re
from collections.abc import Mapping

_CN = "[一二三四五六七八九十]+"
_NUMBER = rf"\d+(?:\(\d+\))*(?:\({_CN}\))*(?:-(?:\d+|\({_CN}\)))?"
_NUMBERS = re.compile(rf"({_NUMBER})(?:[,，、] ?|$)")
_ARTICLE = re.compile(rf"(\d+)((?:\(\d+\))*)((?:\({_CN}\))*)(?:-(\d+)|-(\({_CN}\)))?\Z")
_CODE = r"(?:T(?:22|05|[A-Z]{2,4})|[PC]-[A-Z0-9]+|N\d)"
_CITED = re.compile(
    rf"(?<![A-Za-z0-9-])({_CODE})(?![A-Za-z0-9])"
    rf"(?:(?: Arts?\.?| )? ?({_NUMBER}(?:[,，、] ?{_NUMBER})*)(?![.\d])|)"
)
_PLAIN = (
    ("(by analogy)", "（类推）"), ("[local]", "（地方规定）"), ("(local)", "（地方规定）"),
    ("practice", "办理惯例"), ("; ", "；"), (" （", "（"),
)  # fmt: skip


def in_words(basis: str, sources: Mapping[str, str]) -> str:
    """A basis as one reads it aloud; what is not known stays as it is."""

    def said(match: re.Match[str]) -> str:
        title = sources.get(match[1])
        if title is None:
            return match[0]
        numbers = _NUMBERS.findall(match[2]) if match[2] else []
        return title + "、".join(_article(number) for number in numbers)

    found = _CITED.sub(said, basis)
    for short, words in _PLAIN:
        found = found.replace(short, words)
    return found


def codes_in(basis: str) -> list[str]:
    """The codes of sources that a basis names."""
    return [match[1] for match in _CITED.finditer(basis)]


def _article(number: str) -> str:
    match = _ARTICLE.match(number)
    if match is None:
        return number
    first, paragraphs, items, last, last_item = match.groups()
    words = f"第{first}—{last}条" if last else f"第{first}条"
    words += "".join(f"第{paragraph}款" for paragraph in re.findall(r"\d+", paragraphs))
    if items:
        listed = "".join(f"（{item}）" for item in re.findall(_CN, items))
        to = f"至（{last_item.strip('()')}）" if last_item else ""
        words += f"第{listed}{to}项"
    return words
