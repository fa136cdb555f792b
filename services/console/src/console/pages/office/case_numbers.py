"""Cases by the numbers that people know: of the case itself (XS), or of a petition in it (XF)."""

import re
from collections.abc import Iterable
from typing import Any

from flask_babel import gettext as _

from console.asking import get
from console.domain.case_filters import CASE_NO, PETITION_NO
from console.pages.desk import ask_all
from console.pages.looks import listed

_SAID, _LONGEST = 5, 20
_AT_ONCE = 100


def plain(number: str) -> str:
    """A number as services write it, however it was typed."""
    return re.sub(r"\s", "", number).upper()


def cases_by_number(numbers: Iterable[str]) -> dict[str, list[dict[str, Any]]]:
    """The cases that the reader may see, by each plain number; several where one was split."""
    wanted = list(dict.fromkeys(numbers))
    petitions = ask_all(
        **{
            number: get(
                "intake",
                f"/v1/petition-numbers/{number}",
                route="/v1/petition-numbers/{petition_no}",
            )
            for number in wanted
            if PETITION_NO.match(number)
        }
    )
    asked = {
        number: {"petition_id": answer.body["petition_id"]}
        for number, answer in petitions.items()
        if answer.ok
    } | {number: {"case_no": number} for number in wanted if CASE_NO.match(number)}
    found = ask_all(**{number: get("routing", "/v1/cases", **by) for number, by in asked.items()})
    return {number: found[number].items if number in found else [] for number in wanted}


def ids_of(numbers: Iterable[str]) -> tuple[list[str], str]:
    """The ids of the cases that were typed, and what is wrong with the numbers if anything is."""
    wanted = list(dict.fromkeys(filter(None, map(plain, numbers))))
    if len(wanted) > _AT_ONCE:
        return [], _("最多%(most)s件。", most=_AT_ONCE)
    found = cases_by_number(wanted)
    if missing := [number for number, cases in found.items() if not cases]:
        return [], _("没有找到：%(numbers)s。请核对编号。", numbers=_said(missing))
    if several := [number for number, cases in found.items() if len(cases) > 1]:
        numbers = _said(several)
        return [], _("%(numbers)s有不止一个信访事项，请填事项编号（XS开头）。", numbers=numbers)
    return list(dict.fromkeys(cases[0]["case_id"] for cases in found.values())), ""


def _said(numbers: list[str]) -> str:
    """Numbers in a sentence, which stays short whatever was typed."""
    short = [one if len(one) <= _LONGEST else f"{one[:_LONGEST]}…" for one in numbers[:_SAID]]
    more = len(numbers) > _SAID
    return _("%(numbers)s等", numbers=listed(short)) if more else listed(short)
