"""Versions of the model of accusations: learnt, compared on the same held-back part, promoted.

Only the tool `train` uses this module: it imports the learning library.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import Any

import sqlalchemy as sa

from intake import models
from intake.domain.accusation_model import AccusationModel, NotAModel, fingerprint
from intake.domain.suspicion import CLEARED, words_of
from intake.learning.accusations import Figures, Learnt, Sample, as_dict, figures
from intake.use_cases.accusations import promoted_version
from shared.db import Session

_petitions, _suspicions, _kept = models.petitions, models.suspicions, models.accusation_models
_BATCH = 1_000


def decided(session: Session, *, ordinary_most: int) -> list[Sample]:
    """What the office holds of its petitions, the newest first.

    An accusation is what was brought in as one, was confirmed as one, or has a case in the secret
    lane. Whatever waits for a decision, is void or erased, or was only to be kept secret teaches
    nothing; of ordinary petitions the newest `ordinary_most` do.
    """
    samples: list[Sample] = []
    ordinary = 0
    for row in _rows(session):
        accuses = _accuses(row)
        if accuses is None or (not accuses and ordinary >= ordinary_most):
            continue
        ordinary += not accuses
        samples.append(Sample(words_of(dict(row._mapping)), accuses))
    return samples


def keep_version(session: Session, *, learnt: Learnt, source: str, now: dt.datetime) -> int:
    """Keep what was learnt as a new version, which nobody uses until it is promoted."""
    whole = learnt.whole.pack()
    kept = sa.insert(_kept).values(
        source=source,
        figures=as_dict(learnt.folded),
        learnt_at=now,
        threshold=learnt.whole.threshold,
        start=learnt.whole.start,
        sha256=fingerprint(whole),
        whole=whole,
        measured_start=learnt.measured.start,
        measured=learnt.measured.pack(),
    )
    return int(session.execute(kept.returning(_kept.c.version)).scalar_one())


def champion_figures(session: Session, *, held: Sequence[Sample]) -> tuple[str, Figures]:
    """What is used now, a version or the rules alone, and its figures on the held-back samples."""
    version = promoted_version(session)
    row = session.execute(sa.select(_kept).where(_kept.c.version == version)).first()
    if row is not None:
        with suppress(NotAModel):
            model = AccusationModel.unpack(
                row.measured,
                sha256=fingerprint(row.measured),
                start=row.measured_start,
                threshold=row.threshold,
            )
            return str(version), figures(model, held)
    return "rules", figures(None, held)


def promote(session: Session, *, version: int, now: dt.datetime) -> bool:
    """Have processes suspect by this version within half a minute; False if there is none."""
    promoted = sa.update(_kept).where(_kept.c.version == version).values(promoted_at=now)
    return session.scalar(promoted.returning(_kept.c.version)) is not None


def back_to_rules(session: Session) -> None:
    """Have the rules alone suspect again; the versions stay."""
    session.execute(sa.update(_kept).values(promoted_at=None))


def _rows(session: Session) -> Iterable[sa.Row[Any]]:
    """Every petition that could teach, with what was decided of it, in batches."""
    secret_case = sa.exists().where(
        models.case_access.c.petition_id == _petitions.c.petition_id,
        models.case_access.c.case_id == models.cases.c.case_id,
        models.cases.c.secret,
    )
    words = ("title", "content", "claim", "course", "purpose", "secrecy", "secret")
    voided = sa.select(models.voidings.c.petition_id)
    rows = (
        sa.select(
            *(_petitions.c[name] for name in words),
            _suspicions.c.petition_id.is_not(None).label("suspected"),
            _suspicions.c.decision,
            secret_case.label("secret_case"),
        )
        .outerjoin(_suspicions, _suspicions.c.petition_id == _petitions.c.petition_id)
        .where(_petitions.c.erased_at.is_(None), _petitions.c.petition_id.not_in(voided))
        .order_by(_petitions.c.registered_at.desc(), _petitions.c.petition_id)
        .execution_options(yield_per=_BATCH)
    )
    return session.execute(rows)


def _accuses(row: sa.Row[Any]) -> bool | None:
    """Whether a petition accuses somebody; None where nobody has said."""
    if row.suspected:
        return None if row.decision is None else row.decision != CLEARED
    if row.purpose == "accusation":
        return True
    if row.secrecy:
        return None
    return bool(row.secret_case)
