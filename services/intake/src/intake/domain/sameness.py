"""When two petitions are about the same matter (重复: 同人 + 同事).

Texts are compared by their pairs of characters, each the weightier the fewer petitions it stands
in: names of places and projects tell matters apart, what every letter says does not. Scores are
from 0 to 1.
"""

import hashlib
import math
import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property

from shared.pairs import normal, numbers

CONTENT_READ = 500
"""Characters of the content that count: what a petition is about stands at its beginning."""
EVERY = 0
"""Stands among the counts of pairs for all petitions; no pair has this number."""
SHOWN_FROM = 0.05
"""The least score of a candidate that is shown; the likest come first, and whoever asks says how
many are wanted."""
PROPOSED_FROM = 0.35
"""The least score at which staff are asked of themselves."""
SURE_FROM = 0.6
"""The least score that joins a petition to the same person's earlier one without being asked."""
COPIED_FROM = 0.85
"""The least likeness of a text that was copied and changed a little, as in a campaign."""

_BACKGROUND = 500
"""Petitions that an office which begins is reckoned to have had: rarity is told by no handful."""
_HEADING_WEIGHT = 4
_COPY_SHORTEST = 20
_PROBED_MOST, _FOUND_MOST = 24, 2_000
_OTHER_PLACE_BELOW, _SAME_PLACE_FROM = 1 / 3, 0.8
_OTHER_PLACE = 0.7
_PERSON_WEIGHS = 1.1
_TIME_TAKES, _TIME_FADES_DAYS = 0.1, 365
_NEAR_DAYS = 30
_ALIKE_FROM = 0.3
_PLACE = re.compile(
    r"[\u4e00-\u9fffA-Za-z0-9]{2,6}?(?:小区|社区|街道|公司|学校|中学|小学|大厦|广场|花园|项目|医院|新村"
    r"|路|街|巷|苑|城|村|镇|乡|园|院|府|湾|桥|站)"
)

SAME_PERSON, SAME_PHONE = "同一信访人", "联系电话相同、证件号码不同"
SAME_SIGNER, SAME_AGENT = "联名人、代表人中有同一人", "代理人相同，或为另一件的信访人"
SAME_TEXT, ALIKE = "文字相同", "用语相近"
SAME_PLACE, OTHER_PLACE = "地点相同", "地点不同"
SAME_CATEGORY, NEAR_IN_TIME = "类别相同", "时间相近"

REPEAT, CAMPAIGN, SAME = "repeat", "campaign", "same"
KINDS = {REPEAT: "重复信访", CAMPAIGN: "联名或群体信访", SAME: "同一事项"}


def text_digest(title: str, content: str) -> bytes:
    """The digest of a petition's letters and digits; equal for copies, however laid out.

    The title is not part of it, unless the content is too short to be a text of its own.
    """
    text = normal(unicodedata.normalize("NFKC", content))
    if len(text) < _COPY_SHORTEST:
        text = f"{normal(unicodedata.normalize('NFKC', title))}\n{text}"
    return hashlib.sha256(text.encode()).digest()


@dataclass(frozen=True)
class Words:
    """What a petition's words come to: strength of each pair, and the pairs in places' names."""

    strengths: Mapping[int, float]
    places: frozenset[int]


def read_words(title: str, content: str, place: str | None) -> Words:
    """The pairs of title and place, which count four times, and of the content's beginning."""
    counts = Counter(numbers(content[:CONTENT_READ]))
    for pair in numbers(f"{title}\n{place or ''}"):
        counts[pair] += _HEADING_WEIGHT
    named = "\n".join([place or "", *(found.group() for found in _PLACE.finditer(title))])
    return Words(
        strengths={pair: 1 + math.log(count) for pair, count in counts.items()},
        places=frozenset(numbers(named)),
    )


@dataclass(frozen=True)
class Rarity:
    """In how many petitions pairs stand: `counts` of pairs, and of EVERY petition."""

    counts: Mapping[int, int]

    @cached_property
    def tells(self) -> dict[int, float]:
        """How much each pair tells: the logarithm of how rare it is."""
        every = math.log(self.counts[EVERY] + _BACKGROUND)
        return {pair: every - math.log(count + 0.5) for pair, count in self.counts.items()}


@dataclass(frozen=True)
class Weighed:
    """A petition's words, weighed by how rare they are."""

    words: Words
    rarity: Rarity

    @cached_property
    def weights(self) -> dict[int, float]:
        tells = self.rarity.tells
        return {pair: n * tells[pair] for pair, n in self.words.strengths.items()}

    @cached_property
    def length(self) -> float:
        return math.sqrt(sum(weight * weight for weight in self.weights.values()))

    def probes(self) -> dict[int, float]:
        """The weightiest pairs, with their weights, by which to look for like petitions.

        As many as together stand in no more petitions than can be looked at in time; what stands
        in no other petition finds nothing.
        """
        left, chosen = _FOUND_MOST, {}
        for pair in sorted(self.weights, key=lambda pair: -self.weights[pair]):
            found = self.rarity.counts[pair]
            if 0 < found <= left:
                left -= found
                chosen[pair] = self.weights[pair] * self.rarity.tells[pair]
            if len(chosen) == _PROBED_MOST:
                break
        return chosen


def likeness(one: Weighed, other: Weighed) -> float:
    """How alike two texts are: the cosine of their weighed pairs."""
    if not one.length or not other.length:
        return 0.0
    weights = other.weights
    common = sum(weight * weights[p] for p, weight in one.weights.items() if p in weights)
    return min(1.0, common / (one.length * other.length))


def shared_places(one: Weighed, other: Weighed) -> float | None:
    """How much of the places that one names the other speaks of, the better way round.

    None where one of them names none.
    """
    if not one.words.places or not other.words.places:
        return None
    return max(_spoken_of(one, other.weights), _spoken_of(other, one.weights))


def _spoken_of(one: Weighed, spoken: Collection[int]) -> float:
    tells = one.rarity.tells
    named = sum(tells[pair] for pair in one.words.places)
    return sum(tells[pair] for pair in one.words.places if pair in spoken) / named


@dataclass(frozen=True)
class Evidence:
    """What speaks for two petitions being about the same matter, or against it."""

    text: float
    same_text: bool
    places: float | None
    days_apart: float
    same_person: bool
    same_phone: bool
    same_category: bool
    same_signer: bool = False
    same_agent: bool = False

    @property
    def repeats(self) -> bool:
        """Whether at least one person brings both (同人): petitioners, signers, representatives."""
        return self.same_person or self.same_signer

    @property
    def score(self) -> float:
        """Copies are 1; else the texts decide, and place, time and person move them a little."""
        if self.same_text:
            return 1.0
        score = self.text
        if self.places is not None and self.places < _OTHER_PLACE_BELOW:
            score *= _OTHER_PLACE
        score *= 1 - _TIME_TAKES + _TIME_TAKES * math.exp(-self.days_apart / _TIME_FADES_DAYS)
        return min(1.0, score * _PERSON_WEIGHS) if self.repeats else score

    @property
    def reasons(self) -> list[str]:
        """The same in words for whoever decides, what weighs most first."""
        places = self.places
        said = (
            (SAME_PERSON, self.same_person),
            (SAME_PHONE, self.same_phone and not self.same_person),
            (SAME_SIGNER, self.same_signer and not self.same_person),
            (SAME_AGENT, self.same_agent and not self.repeats),
            (SAME_TEXT, self.same_text),
            (ALIKE, not self.same_text and self.text >= _ALIKE_FROM),
            (SAME_PLACE, places is not None and places >= _SAME_PLACE_FROM),
            (OTHER_PLACE, places is not None and places < _OTHER_PLACE_BELOW),
            (SAME_CATEGORY, self.same_category),
            (NEAR_IN_TIME, self.days_apart <= _NEAR_DAYS),
        )
        return [words for words, holds in said if holds]

    @property
    def kind(self) -> str:
        """What the two are together: one person again, one text of many, or one matter."""
        if self.repeats:
            return REPEAT
        copied = self.same_text or self.text >= COPIED_FROM
        return CAMPAIGN if copied else SAME

    @property
    def sure(self) -> bool:
        """Whether they are joined without being asked: the same petitioner, and the same matter.

        Where only signers are the same, the others have not asked to be put together.
        """
        return self.same_person and self.score >= SURE_FROM
