"""The office's tree of categories: read from its table, imported whole, exported."""

from collections.abc import Mapping

import sqlalchemy as sa

from routing.domain.categories import Category, read_tree
from routing.domain.category_files import Merged, decoded, merge, read_file, row_of
from routing.models import classification as models
from routing.use_cases.revisions import about_to_change
from shared.clock import Clock
from shared.db import Session, upsert

_NAME = 200


def stored_tree(session: Session) -> dict[str, Category]:
    """The tree as it is in the table, above before below and by `sort` among equals."""
    table = models.categories
    rows = session.execute(sa.select(table).order_by(table.c.sort, table.c.code))
    as_file = [
        {
            "code": row.code,
            "name": row.name,
            "parent": row.parent or "",
            "unit": row.unit or "",
            "keywords": row.keywords,
            "valid": "1" if row.valid else "0",
            "sort": str(row.sort),
        }
        for row in rows
    ]
    return read_tree(enumerate(as_file, start=1), file="categories")


def import_tree(
    session: Session, *, raw: bytes, file: str, unit: str | None, dry_run: bool, clock: Clock
) -> Merged:
    """Make the tree in a CSV file the office's; RulesError, and nothing changed, for mistakes.

    What the file does not have is no longer valid, and stays for the cases that have it. `unit`
    handles what no row of a file of names says a unit for.
    """
    known = stored_tree(session)
    merged = merge(known, read_file(decoded(raw, file=file), file=file, known=known, unit=unit))
    if dry_run:
        return merged
    about_to_change(session)
    upsert(session, models.categories, _rows(merged.tree), key=["code"])
    session.execute(
        sa.insert(models.category_imports).values(
            file=file[-_NAME:],
            added=len(merged.added),
            changed=len(merged.changed),
            ended=len(merged.ended),
            at=clock.now(),
        )
    )
    return merged


def _rows(tree: Mapping[str, Category]) -> list[dict[str, object]]:
    return [
        row_of(category)
        | {
            "parent": category.parent,
            "unit": category.own_unit or None,
            "valid": category.valid,
            "sort": category.sort,
        }
        for category in tree.values()
    ]
