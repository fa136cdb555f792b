"""Importing and exporting the tables of units and responsibilities, whole or not at all."""

import datetime as dt
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import sqlalchemy as sa

from routing import models
from routing.domain.jurisdiction import Responsibility
from routing.domain.unit_tables import read_responsibilities, write_responsibilities
from routing.domain.unit_tables import read_units as read_table
from routing.domain.unit_tables import write_units as write_table
from routing.domain.units import COLUMNS, UnitRecord, faults, row_of
from routing.models.units import responsibilities, unit_revisions
from routing.use_cases.units.keeping import begin_change, orphaning
from routing.use_cases.units.knowing import read_units, with_lines
from shared.csv_table import LineFault
from shared.db import Session, upsert
from shared.errors import Conflict, Invalid, both, in_language

SHOWN_MOST = 200
_FAULTS_MOST = 50
_BATCH = 5_000
_KEY = ("category", "area", "unit", "valid_from")


@dataclass
class _Report:
    """What an import adds, changes and ends; the first of each are named."""

    added: int = 0
    changed: int = 0
    ended: int = 0
    unchanged: int = 0
    changes: list[dict[str, Any]] = field(default_factory=list)

    def note(self, change: str, what: str, *, line: int | None, fields: Sequence[str] = ()) -> None:
        setattr(self, change, getattr(self, change) + 1)
        if len(self.changes) < SHOWN_MOST:
            said = {"change": change, "what": what, "line": line, "fields": list(fields)}
            self.changes.append(said)

    def answer(self, *, dry_run: bool, revision: str | None) -> dict[str, Any]:
        return {"dry_run": dry_run, "revision": revision, **asdict(self)}


def import_units(
    session: Session, *, text: str, dry_run: bool, revision: str | None, now_day: dt.date
) -> dict[str, Any]:
    """Make the organisation what a table says; a dry run only tells what that would change.

    Units that the table does not name end on the day before `now_day`; none is ever deleted.
    Invalid names line and reason of everything that is wrong, and nothing is changed. With the
    `revision` of an export, Conflict where somebody has changed the units since.
    """
    new_revision = _begin(session, models.units.name, dry_run=dry_run, revision=revision)
    before = read_units(session)
    named, lines, wrong = read_table(text, known=before)
    _refuse(wrong)
    after = with_lines(_with_unnamed(before, named, yesterday=now_day - dt.timedelta(days=1)))
    broken = [*faults(after), *orphaning(session, before=before, after=after, codes=after)]
    _refuse(
        LineFault(lines.get(one.code, 0), one.field, _about(one.code, one.reason, lines))
        for one in broken
    )
    report = _Report()
    changed = []
    for code, unit in after.items():
        old = before.get(code)
        fields = [n for n in COLUMNS if old is None or getattr(old, n) != getattr(unit, n)]
        if not fields:
            report.unchanged += 1
            continue
        ends = old is not None and "valid_to" in fields and unit.valid_to is not None
        kind = "added" if old is None else "ended" if ends else "changed"
        report.note(kind, code, line=lines.get(code), fields=fields if old else ())
        changed.append(row_of(unit))
    if not dry_run:
        for batch in _batches(changed):
            upsert(session, models.units, batch, key=["code"])
    return report.answer(dry_run=dry_run, revision=new_revision)


def import_responsibilities(
    session: Session,
    *,
    text: str,
    dry_run: bool,
    revision: str | None,
    now_day: dt.date,
    categories: Container[str],
) -> dict[str, Any]:
    """Make the responsibilities what a table says; see `import_units`.

    Those that the table does not name end on the day before `now_day`; what has not begun by then
    is taken out.
    """
    new_revision = _begin(session, responsibilities.name, dry_run=dry_run, revision=revision)
    before = {_key(row): row for row in _responsibilities(session)}
    units = read_units(session)
    rows, wrong = read_responsibilities(text, units=units, categories=categories)
    _refuse(wrong)
    yesterday = now_day - dt.timedelta(days=1)
    report = _Report()
    put, gone = [], []
    named = set()
    for row, line in rows.items():
        key = _key(row)
        named.add(key)
        old = before.get(key)
        if old == row:
            report.unchanged += 1
            continue
        put.append(asdict(row))
        ends = old is not None and old.valid_to != row.valid_to and row.valid_to is not None
        report.note(
            "added" if old is None else "ended" if ends else "changed",
            _what(row),
            line=line,
            fields=[n for n in ("priority", "valid_to") if old and _differ(old, row, n)],
        )
    for key, row in before.items():
        if key in named:
            continue
        if row.valid_to is not None and row.valid_to <= yesterday:
            report.unchanged += 1
            continue
        report.note("ended", _what(row), line=None, fields=["valid_to"])
        if row.valid_from > yesterday:
            gone.append(dict(zip(_KEY, key, strict=True)))
        else:
            put.append(asdict(replace(row, valid_to=yesterday)))
    if not dry_run:
        _remove(session, gone)
        for batch in _batches(put):
            upsert(session, responsibilities, batch, key=_KEY)
    return report.answer(dry_run=dry_run, revision=new_revision)


def export_units(session: Session) -> dict[str, Any]:
    """All units as `import_units` takes them, with the revision they are at."""
    revision = _revision(session, models.units.name)
    return {"csv": write_table(read_units(session).values()), "revision": revision}


def export_responsibilities(session: Session) -> dict[str, Any]:
    """All responsibilities as `import_responsibilities` takes them, with their revision."""
    revision = _revision(session, responsibilities.name)
    return {"csv": write_responsibilities(_responsibilities(session)), "revision": revision}


def _begin(session: Session, table: str, *, dry_run: bool, revision: str | None) -> str | None:
    """The table's next revision (its present one in a dry run); Conflict where it has moved on."""
    present = _revision(session, table, hold=not dry_run)
    following = present if dry_run else begin_change(session, table)
    if revision is not None and revision != present:
        raise Conflict(
            both(
                "导出之后已有人改动，请重新导出后再改。",
                "Somebody has changed it since that export: export again.",
            ),
            code="changed_since",
        )
    return following


def _revision(session: Session, table: str, *, hold: bool = False) -> str | None:
    statement = sa.select(unit_revisions.c.revision).where(unit_revisions.c.name == table)
    return session.scalar(statement.with_for_update() if hold else statement)


def _responsibilities(session: Session) -> list[Responsibility]:
    table = responsibilities
    columns = (*_KEY, "valid_to", "priority")
    rows = session.execute(
        sa.select(*(table.c[name] for name in columns)).order_by(*(table.c[k] for k in _KEY))
    )
    return [
        Responsibility(
            category=category,
            area=area,
            unit=unit,
            valid_from=valid_from,
            valid_to=valid_to,
            priority=priority,
        )
        for category, area, unit, valid_from, valid_to, priority in rows
    ]


def _with_unnamed(
    before: Mapping[str, UnitRecord], named: Mapping[str, UnitRecord], *, yesterday: dt.date
) -> dict[str, UnitRecord]:
    """The named units, and those before that are not named, which have ended."""
    rest = {
        code: unit
        if unit.valid_to is not None and unit.valid_to <= yesterday
        else replace(unit, valid_to=yesterday)
        for code, unit in before.items()
        if code not in named
    }
    return dict(sorted((rest | dict(named)).items()))


def _refuse(wrong: Iterable[LineFault]) -> None:
    """Invalid with each wrong cell's line, column and reason; nothing where there are none."""
    found = sorted(wrong)
    if not found:
        return
    errors: dict[str, str] = {}
    for line, column, reason in found[:_FAULTS_MOST]:
        name = ".".join(part for part in ("csv", str(line) if line else "", column) if part)
        errors.setdefault(name, _prefixed(f"第{line}行：", f"Line {line}: ", reason, line > 0))
    if len(found) > _FAULTS_MOST:
        errors["csv"] = both(f"共有{len(found)}处错误。", f"{len(found)} faults in all.")
    raise Invalid(errors)


def _prefixed(zh: str, en: str, reason: str, wanted: bool) -> str:
    if not wanted:
        return reason
    return both(zh + in_language(reason, "zh"), en + in_language(reason, "en"))


def _about(code: str, reason: str, lines: Mapping[str, int]) -> str:
    """A unit's fault; one that the table does not name is named here."""
    return _prefixed(
        f"表中没有的单位{code}：", f"{code}, not in the table: ", reason, code not in lines
    )


def _key(row: Responsibility) -> tuple[str, str, str, dt.date]:
    return row.category, row.area, row.unit, row.valid_from


def _what(row: Responsibility) -> str:
    return f"{row.category} × {row.area} → {row.unit}"


def _differ(one: Responsibility, other: Responsibility, name: str) -> bool:
    return bool(getattr(one, name) != getattr(other, name))


def _batches(rows: Sequence[dict[str, Any]]) -> Iterator[Sequence[dict[str, Any]]]:
    for start in range(0, len(rows), _BATCH):
        yield rows[start : start + _BATCH]


def _remove(session: Session, keys: Sequence[dict[str, Any]]) -> None:
    if keys:
        matches = (responsibilities.c[name] == sa.bindparam(f"key_{name}") for name in _KEY)
        session.connection().execute(
            sa.delete(responsibilities).where(*matches),
            [{f"key_{name}": key[name] for name in _KEY} for key in keys],
        )
