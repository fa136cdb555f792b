"""What papers state of who brought the matter in, as intake answers it by claim check (ADR 0007).

A letter to another body about a case of the secret lane names nobody by itself: it says that the
identity is kept back (T22 Arts.30(3), 46(5)).
"""

from collections.abc import Callable, Iterable, Mapping

Person = Mapping[str, str | None]

NAMELESS = "匿名"
KEPT_BACK = "（身份保密）"

STATES = {
    "fetched": "已从登记系统取得",
    "anonymous": "信访人匿名",
    "withheld": "身份保密，不写明",
    "refused": "登记系统不向您提供",
    "away": "登记系统暂时未答复",
}
"""How a paper stands with intake; a paper that nobody asked intake about has none of these."""

_OF_PERSON: Mapping[str, Callable[[Person], str | None]] = {
    "petitioner": lambda person: person["name"] or NAMELESS,
    "petitioner_address": lambda person: person["address"],
    "petitioner_contact": lambda person: person["phone"] or person["email"],
    "party_a": lambda person: person["name"],
    "applicant": lambda person: person["name"],
    "applicant_address": lambda person: person["address"],
}
OF_CLAIM = frozenset(_OF_PERSON)
"""The elements that intake knows, by the catalogue's `from: claim`."""
NOBODY: Person = dict.fromkeys(("name", "phone", "address", "email"))


def of_person(names: Iterable[str], person: Person) -> dict[str, str]:
    """What is known of these elements; what is not known is left out."""
    found = {name: _OF_PERSON[name](person) for name in names}
    return {name: value for name, value in found.items() if value}


def kept_back(names: Iterable[str]) -> dict[str, str]:
    """The same elements where nobody may be named."""
    return {name: KEPT_BACK for name in names if name == "petitioner"}
