"""Migrations of a candidate: one chain, and only expanding for the version that runs now.

The deployed version goes on working while the new one starts, and comes back in a rollback, on a
database that is already migrated. So whatever it reads and writes must stay as it is; what no
deployed version uses any more may go.
"""

from collections.abc import Iterator
from typing import Any

from gate import ddl
from gate.bundles import Bundle
from gate.columns import columns_of_check, free_columns, widened
from gate.verdicts import Finding, Row, row_or_rows

MIGRATIONS, ROLLBACK, STATEMENTS = "migrations", "rollback: database", "migrations: statements"


def check(candidate: Bundle, deployed: Bundle, against: str) -> list[Row]:
    """Rows on the chain of revisions, on the tables and on each new statement."""
    newer, older, wrong = _chain(candidate, deployed)
    if wrong:
        return row_or_rows(MIGRATIONS, against, refused=wrong, ok="")
    known = {revision["revision"] for revision in older.database["revisions"]}
    new = [r for r in newer.database["revisions"] if r["revision"] not in known]
    if newer is candidate:
        ok = f"{len(new)} new, on top of {older.database['head']}" if new else "none"
    else:
        ok = f"none; the database stays at {newer.database['head']}, which {deployed.name} made"
    rows = row_or_rows(MIGRATIONS, against, refused=_lacking(candidate), ok=ok)
    refused, notes = _tables(newer, older)
    rows += row_or_rows(
        ROLLBACK,
        against,
        refused=_told(refused, candidate, newer),
        notes=notes,
        ok=f"{older.name} works on the tables of {newer.name}",
    )
    if new:
        refused, notes = ddl.judge(new, older)
        rows += row_or_rows(
            STATEMENTS,
            against,
            refused=_told(refused, candidate, newer),
            notes=notes,
            ok="each only expands, none blocks",
        )
    return rows


def _told(found: list[Finding], candidate: Bundle, newer: Bundle) -> list[str]:
    """Findings with what to do; a database that is migrated already leaves only one way."""
    forward = f"It is done already, so {candidate.name} cannot come back: mend it in a new version."
    return [f"{one.why} {one.remedy if newer is candidate else forward}" for one in found]


def _chain(candidate: Bundle, deployed: Bundle) -> tuple[Bundle, Bundle, list[str]]:
    """Who of the two has the longer chain, who the shorter, and what is wrong with that."""
    mine, theirs = candidate.database["revisions"], deployed.database["revisions"]
    shorter = min(len(mine), len(theirs))
    newer, older = (candidate, deployed) if len(mine) >= len(theirs) else (deployed, candidate)
    wrong = []
    for ours, other in zip(mine[:shorter], theirs[:shorter], strict=True):
        file = f"{candidate.service}/migrations/versions/{ours['file']}"
        if (ours["revision"], ours["down_revision"]) != (other["revision"], other["down_revision"]):
            wrong.append(
                f"the database is at {deployed.database['head']}, by way of {other['revision']}; "
                f"{candidate.name} has {ours['revision']} in its place. Put new revisions on top "
                "of the released ones."
            )
            break
        if ours["sha256"] != other["sha256"]:
            wrong.append(
                f"{file} was edited after {deployed.name} was released. The database has already "
                "run it as it was: take the edit back and write a new revision."
            )
        elif _sql(ours) != _sql(other):
            wrong.append(
                f"{file} does something else than in {deployed.name}, though the file is the same: "
                "a helper that it calls was changed. Write a new revision instead."
            )
    return newer, older, wrong


def _sql(revision: dict[str, Any]) -> list[str]:
    """What a revision does; SQLAlchemy makes the indexes of a new table in no fixed order."""
    return sorted(statement["sql"] for statement in revision["statements"])


def _lacking(version: Bundle) -> list[str]:
    """What a version's models name and its own migrations do not make."""
    made = version.database["tables"]
    lacking = [
        table if table not in made else f"{table}.{column}"
        for table, columns in version.database["used"]["tables"].items()
        for column in columns
        if table not in made or column not in made[table]["columns"]
    ]
    return [
        f"{version.name} uses {what}, which none of its migrations makes. Write one."
        for what in dict.fromkeys(lacking)
    ]


def _tables(newer: Bundle, older: Bundle) -> tuple[list[Finding], list[str]]:
    """What the older version would miss in the newer one's tables, and what it should know."""
    refused: list[Finding] = []
    notes: list[str] = []
    for table in older.database["used"]["tables"]:
        before = older.database["tables"].get(table)
        after = newer.database["tables"].get(table)
        if before is None:
            continue
        if after is None:
            refused.append(
                Finding(
                    f"{older.name} uses the table {table}, which {newer.name} drops.", _CONTRACT
                )
            )
            continue
        refused += _columns(table, newer, older)
        refused += _constraints(table, newer, older)
        gone = set(before["indexes"]) - set(after["indexes"])
        notes += [
            f"{newer.name} drops the index {index} of {table}: {older.name} may become slow."
            for index in sorted(gone)
            if not before["indexes"][index]["unique"]
        ]
    return refused, notes


_CONTRACT = "Drop it one release after the last deployed version that uses it."


def _columns(table: str, newer: Bundle, older: Bundle) -> Iterator[Finding]:
    used = older.database["used"]["tables"][table]
    before, after = (version.database["tables"][table]["columns"] for version in (older, newer))
    for name, was in before.items():
        now = after.get(name)
        if now is None:
            if name in used:
                yield Finding(
                    f"{older.name} uses {table}.{name}, which {newer.name} drops or renames.",
                    _CONTRACT,
                )
            continue
        if not now["nullable"] and was["nullable"]:
            yield Finding(
                f"{table}.{name} becomes NOT NULL, and {older.name} writes rows without it.",
                "Wait until no such version is deployed.",
            )
        if was["default"] is not None and now["default"] is None and not now["nullable"]:
            yield Finding(
                f"{table}.{name} loses its default, on which {older.name} may count when it writes "
                "a row.",
                "Keep the default.",
            )
        if name not in used:
            continue
        if now["nullable"] and not was["nullable"]:
            yield Finding(
                f"{table}.{name} may become NULL, and {older.name} counts on a value when it comes "
                "back.",
                "Keep NOT NULL and give it a server default instead.",
            )
        if not widened(was["type"], now["type"]):
            yield Finding(
                f"{table}.{name} turns from {was['type']} into {now['type']}, and {older.name} "
                f"reads and writes {was['type']}.",
                "Add a new column instead.",
            )
    for name in after.keys() - before.keys():
        if not after[name]["nullable"] and after[name]["default"] is None:
            yield Finding(
                f"{table}.{name} is new, NOT NULL and without a default: {older.name} writes rows "
                "without it and would fail.",
                "Allow NULL or give it a server default.",
            )


def _constraints(table: str, newer: Bundle, older: Bundle) -> Iterator[Finding]:
    before, after = older.database["tables"][table], newer.database["tables"][table]
    free = free_columns(before["columns"], after["columns"])
    for kind, was, now in _rules(before, after):
        for columns in now:
            if columns not in was and not set(columns) <= free:
                yield Finding(
                    f"{newer.name} adds {kind} to {table} ({', '.join(columns)}), and rows that "
                    f"{older.name} writes may break it.",
                    "Add it once no such version is deployed.",
                )
        for columns in was:
            if columns not in now and kind == "a unique rule":
                yield Finding(
                    f"{newer.name} drops the unique rule on {table} ({', '.join(columns)}), by "
                    f"which {older.name} keeps each row once.",
                    "Keep it until no such version is deployed.",
                )


def _rules(
    before: dict[str, Any], after: dict[str, Any]
) -> Iterator[tuple[str, list[Any], list[Any]]]:
    def unique(table: dict[str, Any]) -> list[list[str]]:
        indexes = [row["columns"] for row in table["indexes"].values() if row["unique"]]
        return [table["primary_key"], *table["unique"], *indexes]

    def keys(table: dict[str, Any]) -> list[list[str]]:
        return [row["columns"] for row in table["foreign_keys"]]

    def checks(table: dict[str, Any]) -> list[list[str]]:
        return [columns_of_check(text, table["columns"]) for text in table["checks"]]

    yield "a unique rule", unique(before), unique(after)
    yield "a foreign key", keys(before), keys(after)
    yield "a check", checks(before), checks(after)
