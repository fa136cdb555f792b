"""Versions of the classifier: learnt, measured on the same held-back part, promoted if better.

Only the tool `train` uses this module: it imports the learning library.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from routing.domain.suggestion import Rules, rules_for, suggest
from routing.learning.classifier import LinearClassifier, NotAClassifier, fingerprint, pack, unpack
from routing.learning.training import Likely, Sample, frequent, held_back, measure, train
from routing.models import classification as models
from routing.use_cases.categories import stored_tree
from routing.use_cases.classification import choices, promoted_version
from shared.db import Session


@dataclass(frozen=True)
class Learnt:
    """A classifier of all samples, one that has not seen the held-back ones, and its figures."""

    whole: LinearClassifier
    measured: LinearClassifier
    held: tuple[Sample, ...]
    metrics: Mapping[str, Any]


def own_history(session: Session) -> list[Sample]:
    """What the office's people have chosen for cases, as samples."""
    return [Sample(title, content, chosen) for title, content, chosen in choices(session)]


def learn(samples: Sequence[Sample]) -> Learnt:
    """Learn from samples and measure on the fifth that was held back; TooLittle for too few."""
    kept = frequent(samples)
    held = held_back(kept)
    known = frequent([sample for sample, back in zip(kept, held, strict=True) if not back])
    asked = tuple(sample for sample, back in zip(kept, held, strict=True) if back)
    measured = train(known)
    metrics = measure(measured.likely, asked) | {"learnt_from": len(known)}
    return Learnt(whole=train(kept), measured=measured, held=asked, metrics=metrics)


def keep_version(session: Session, *, learnt: Learnt, source: str, now: dt.datetime) -> int:
    """Keep what was learnt as a new version, which nobody uses until it is promoted."""
    table = models.classifiers
    whole = pack(learnt.whole)
    kept = sa.insert(table).values(
        source=source,
        metrics=dict(learnt.metrics),
        trained_at=now,
        sha256=fingerprint(whole),
        whole=whole,
        measured=pack(learnt.measured),
    )
    return int(session.execute(kept.returning(table.c.version)).scalar_one())


def champion_figures(session: Session, *, held: Sequence[Sample]) -> tuple[str, dict[str, Any]]:
    """Who suggests now, a version or the rules, and its figures on the samples held back.

    Workers leave it to the rules where they cannot read the promoted version; so does this.
    """
    version = promoted_version(session)
    table = models.classifiers
    stored = sa.select(table.c.measured).where(table.c.version == version)
    packed = session.execute(stored).scalar_one_or_none()
    if packed is not None:
        with suppress(NotAClassifier):
            champion = unpack(packed, sha256=fingerprint(packed))
            return str(version), measure(champion.likely, held)
    rules = rules_for(stored_tree(session))
    return "rules", measure(_by_rules(rules, {sample.label for sample in held}), held)


def is_better(metrics: Mapping[str, Any], than: Mapping[str, Any]) -> bool:
    """Whether a challenger's macro-F1 on the same held-back part is higher."""
    return bool(metrics["macro_f1"] > than["macro_f1"])


def promote(session: Session, *, version: int, now: dt.datetime) -> bool:
    """Have workers suggest by this version from their next batch on; False if there is none."""
    table = models.classifiers
    promoted = sa.update(table).where(table.c.version == version).values(promoted_at=now)
    return bool(session.execute(promoted.returning(table.c.version)).scalar())


def back_to_rules(session: Session) -> None:
    """Have the rules alone suggest again; the versions stay."""
    session.execute(sa.update(models.classifiers).values(promoted_at=None))


def _by_rules(rules: Rules, labels: set[str]) -> Likely:
    """The rules' answer in terms of the labels: the category itself, or the one above it."""

    def likely(title: str, content: str) -> list[tuple[str, float]]:
        found = suggest(title, content, rules)
        if found is None:
            return []
        line = [code for code in rules.categories[found.category].line if code in labels]
        return [(line[-1] if line else found.category, found.confidence)]

    return likely
