"""Places in words: the gazetteer's names found in a text, and which one is meant."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import ahocorasick

KINDS = {
    "district": "区县",
    "subdistrict": "街道乡镇",
    "community": "社区村",
    "road": "道路",
    "site": "小区、建筑、设施",
    "other": "其他",
}


@dataclass(frozen=True)
class Place:
    """A row of the gazetteer; `within` is the code of the place around it."""

    code: str
    name: str
    other_names: tuple[str, ...]
    kind: str
    within: str | None
    longitude: float | None = None
    latitude: float | None = None


@dataclass(frozen=True)
class Found:
    """A name of the gazetteer in a text, and the places that it may mean."""

    start: int
    name: str
    codes: tuple[str, ...]


class Gazetteer:
    """Finds all names at once, the longest where several overlap (Aho-Corasick)."""

    def __init__(self, places: Iterable[Place]) -> None:
        self.places = {place.code: place for place in places}
        named: dict[str, list[str]] = {}
        for place in self.places.values():
            for name in dict.fromkeys((place.name, *place.other_names)):
                named.setdefault(name, []).append(place.code)
        self._names = ahocorasick.Automaton()
        for name, codes in named.items():
            self._names.add_word(name, (name, tuple(sorted(codes))))
        self._names.make_automaton()

    def found(self, text: str) -> list[Found]:
        """The names in a text, in its order."""
        if not self.places:
            return []
        return [
            Found(end - len(name) + 1, name, codes)
            for end, (name, codes) in self._names.iter_long(text)
        ]

    def meant(self, texts: Sequence[str | None]) -> str | None:
        """The one place that the first text with a name is about; None where it is not clear.

        Of several the one that lies within the others is meant, as in 望潮街道海月路; a name that
        several places bear means the one that lies within another that is named.
        """
        for text in texts:
            found = self.found(text) if text else []
            if found:
                return self._narrowest(found, everything=texts)
        return None

    def _narrowest(self, found: list[Found], *, everything: Sequence[str | None]) -> str | None:
        named = {
            one.codes[0]
            for text in everything
            for one in self.found(text or "")
            if len(one.codes) == 1
        }
        meant = {code for one in found if (code := self._one_of(one.codes, named))}
        around = {outer for code in meant for outer in self._around(code)}
        narrowest = meant - around
        return narrowest.pop() if len(narrowest) == 1 else None

    def _one_of(self, codes: tuple[str, ...], named: set[str]) -> str | None:
        """Which of the places that bear a name lies within one that is named."""
        if len(codes) == 1:
            return codes[0]
        fitting = [code for code in codes if named & set(self._around(code))]
        return fitting[0] if len(fitting) == 1 else None

    def _around(self, code: str) -> list[str]:
        """The places around one, from the inside out."""
        around: list[str] = []
        within = self.places[code].within
        while within is not None and within in self.places and within not in around:
            around.append(within)
            within = self.places[within].within
        return around


class KnownPlaces:
    """The gazetteer that a process works with; read again when it may have a new edition.

    A lookup of the edition at each registration would cost more than the search itself.
    """

    LASTS = dt.timedelta(seconds=30)

    def __init__(self) -> None:
        self.gazetteer = Gazetteer([])
        self.edition = 0
        self._looked_at: dt.datetime | None = None

    def is_due(self, now: dt.datetime) -> bool:
        """Whether the edition is to be looked at; True for one caller only."""
        if self._looked_at is not None and now < self._looked_at + self.LASTS:
            return False
        self._looked_at = now
        return True

    def replace(self, places: Iterable[Place], *, edition: int) -> None:
        """Work with another edition from now on."""
        self.gazetteer = Gazetteer(places)
        self.edition = edition


def circles(places: Mapping[str, Place]) -> list[str]:
    """The codes of places that would lie within themselves."""
    wrong = []
    for code in places:
        seen, within = {code}, places[code].within
        while within is not None and within in places and within not in seen:
            seen.add(within)
            within = places[within].within
        if within == code:
            wrong.append(code)
    return wrong
