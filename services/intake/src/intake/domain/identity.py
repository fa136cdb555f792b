"""Checking who a visitor is: papers, what was found, and whether an ID number can be one.

No rule of the nation has a visitor show a paper (some provinces' have: TZJ Art.15), so a visit is
registered without a check too.
"""

import datetime as dt
import re

from intake.domain.persons import check_digit, normal_id_number
from shared.errors import both

DOCUMENTS = {
    "id_card": "居民身份证",
    "temporary_id": "临时居民身份证",
    "household_register": "居民户口簿",
    "residence_permit": "港澳台居民居住证",
    "mainland_permit": "港澳居民来往内地通行证",
    "taiwan_permit": "台湾居民来往大陆通行证",
    "foreign_resident": "外国人永久居留身份证",
    "passport": "护照",
    "other": "其他证件",
}
NUMBERED_AS_CITIZENS = frozenset(
    {"id_card", "temporary_id", "household_register", "residence_permit"}
)
"""Papers that bear a citizen's number (GB 11643-1999)."""
MATCHED, MISMATCHED, NOT_SHOWN = "matched", "mismatched", "not_shown"
RESULTS = {MATCHED: "人证一致", MISMATCHED: "人证不一致", NOT_SHOWN: "未出示证件"}
_NUMBER = re.compile(r"\d{17}[\dX]\Z", re.ASCII)
_EARLIEST = dt.date(1900, 1, 1)
_REGIONS = frozenset(
    str(code)
    for code in (
        *range(11, 16), *range(21, 24), *range(31, 38), *range(41, 47), *range(50, 55),
        *range(61, 66), 71, 81, 82, 83,
    )
)  # fmt: skip
"""The first two digits that are given out (GB/T 2260; 81, 82, 83 on residence permits)."""


def id_number_fault(written: str, *, today: dt.date) -> str | None:
    """Why this cannot be a citizen's number: form, region, date of birth, check digit; or None."""
    number = normal_id_number(written)
    if not _NUMBER.match(number):
        return both("应为18位公民身份号码。", "Must be a citizen's number of 18 characters.")
    if number[:2] not in _REGIONS:
        return both("前两位不是有效的行政区划代码。", "No region has these first two digits.")
    try:
        born = dt.date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        born = None
    if born is None or not _EARLIEST <= born <= today:
        return both("出生日期无效。", "The date of birth in it is impossible.")
    if check_digit(number[:17]) != number[17]:
        return both("校验码不符，请核对号码。", "The check digit is wrong; look at it again.")
    return None
