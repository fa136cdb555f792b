"""One person across channels: numbers in one form, whoever wrote them down and how."""

import re
import unicodedata

import phonenumbers

NORMAL_FORM = 1
"""Goes up with every change of what the functions here answer: kept indexes are then made anew."""

PURPOSE_KINDS = {
    "verify": "核实身份",
    "contact": "联系、告知信访人",
    "serve": "送达文书",
    "same_person": "判断是否同一人、是否重复信访",
    "handle": "办理信访事项",
    "transfer": "依法移送有关机关",
    "other": "其他",
}
"""For what identity may be needed in the office's duties (TPI Art.34), beside the words that say it
for the case at hand."""

_REGION = "CN"
_COUNTRY_CODE = 86
_MOBILE = re.compile(r"1\d{10}")
_AS_DIALLED = re.compile(r"1(?:[3-689]\d|7[0-8])\d{8}")
_OLD_ID = re.compile(r"\d{15}")
_APART = re.compile(r"[\s\-‐-―()+.·/]")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK_DIGITS = "10X98765432"


def normal_phone(written: str) -> str:
    """A phone number as digits: a Chinese one as it is dialled at home, 13907312345 or
    073188888888, another with its country's code; what is no number that can be dialled,
    without what stands between its digits.
    """
    text = unicodedata.normalize("NFKC", written)
    if _AS_DIALLED.fullmatch(text) and text.isascii():
        return text  # as it would come out below, which takes fifty times as long
    try:
        number = phonenumbers.parse(text, _REGION)
    except phonenumbers.NumberParseException:
        return _APART.sub("", text)
    if not phonenumbers.is_valid_number(number):
        return _APART.sub("", text)
    national = phonenumbers.national_significant_number(number)
    if number.country_code != _COUNTRY_CODE:
        return f"{number.country_code}{national}"
    return national if _MOBILE.fullmatch(national) else f"0{national}"


def normal_id_number(written: str) -> str:
    """An ID number in capitals with nothing between its characters; one of the old kind with 15
    digits in its form with 18 (GB 11643-1999). A wrong check digit is kept as it was written.
    """
    text = _APART.sub("", unicodedata.normalize("NFKC", written)).upper()
    if not _OLD_ID.fullmatch(text):
        return text
    longer = f"{text[:6]}19{text[6:]}"
    return longer + check_digit(longer)


def check_digit(first17: str) -> str:
    """The last character of an ID number by its first 17 digits (GB 11643-1999, ISO 7064 11-2)."""
    total = sum(int(digit) * weight for digit, weight in zip(first17, _WEIGHTS, strict=True))
    return _CHECK_DIGITS[total % len(_CHECK_DIGITS)]


NORMAL = {"phone": normal_phone, "id_number": normal_id_number}
"""The numbers by which one person is found across channels."""
