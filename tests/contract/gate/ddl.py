"""New statements on PostgreSQL: only those that are known to expand, and not to block, may pass."""

import logging
import re
from collections.abc import Callable
from typing import Any

import sqlglot
from sqlglot import exp
from sqlglot.optimizer.normalize_identifiers import normalize_identifiers

from gate.bundles import Bundle
from gate.columns import computed, null_fits, widened
from gate.verdicts import Finding

logging.getLogger("sqlglot").setLevel(logging.ERROR)  # it warns of what is refused here anyway

# The parser takes ALTER TABLE t RENAME a TO b, without COLUMN, for a new name of the table.
_RENAME = re.compile(r"(ALTER TABLE \S+ RENAME) (?!COLUMN |TO |CONSTRAINT )", re.I)
_ADDED_RULES = {
    exp.UniqueColumnConstraint: "a unique rule",
    exp.Reference: "a foreign key",
    exp.CheckColumnConstraint: "a check",
}
_COLUMN_RULES = {
    exp.NotNullColumnConstraint,
    exp.DefaultColumnConstraint,
    exp.CollateColumnConstraint,
    exp.ComputedColumnConstraint,
    exp.GeneratedAsIdentityColumnConstraint,
    *_ADDED_RULES,
}
_HARMLESS = (exp.Set, exp.Grant, exp.Comment)
_MADE = ("TABLE", "SEQUENCE", "VIEW", "SCHEMA", "EXTENSION", "TYPE")


def judge(revisions: list[dict[str, Any]], older: Bundle) -> tuple[list[Finding], list[str]]:
    """What new revisions do that the older version, still running, would suffer from; notes."""
    judge = _Judge(older)
    for revision in revisions:
        for statement in revision["statements"]:
            judge.look(statement["sql"], f"{revision['file']} line {statement['line']}")
    return judge.refused, judge.notes


class _Judge:
    """Goes through statements in order, remembering what they made themselves."""

    def __init__(self, older: Bundle) -> None:
        database = older.database
        self.older = older.name
        self.used: dict[str, list[str]] = database["used"]["tables"]
        self.sequences: list[str] = database["used"]["sequences"]
        self.tables: dict[str, Any] = database["tables"]
        self.made: set[str] = set()
        self.free: dict[str, set[str]] = {}
        self.refused: list[Finding] = []
        self.notes: list[str] = []
        self._where = ""

    def look(self, sql: str, where: str) -> None:
        """Judge the statements of one call."""
        self._where = where
        try:
            explicit = _RENAME.sub(r"\1 COLUMN ", sql)
            found = [
                normalize_identifiers(one, dialect="postgres")
                for one in sqlglot.parse(explicit, dialect="postgres")
                if one is not None
            ]
        except sqlglot.errors.SqlglotError:
            found = [exp.Command(this=sql)]
        for statement in found:
            judge = _KINDS.get(type(statement))
            if judge is not None:
                judge(self, statement)
            elif not isinstance(statement, _HARMLESS) and not _is_new_function(statement):
                self._unknown(f"`{_short(sql)}`")

    def _refuse(self, why: str, remedy: str) -> None:
        self.refused.append(Finding(f"{self._where}: {why}.", remedy))

    def _unknown(self, what: str) -> None:
        self._refuse(
            f"the gate does not know what {what} does to {self.older}, which runs meanwhile",
            "Write it with statements that it knows.",
        )

    def _dropped(self, what: str) -> None:
        self._refuse(
            f"drops or renames {what}, which {self.older} uses",
            "Do it one release after the last deployed version that does.",
        )

    def _added_rule(self, rule: str, table: str, columns: set[str]) -> None:
        named = f" ({', '.join(sorted(columns))})" if columns else ""
        self._refuse(
            f"adds {rule} to {table}{named}, and rows that {self.older} writes may break it",
            "Add it once no such version is deployed.",
        )

    def _mandatory(self, column: str) -> None:
        self._refuse(
            f"{column} is NOT NULL without a default: {self.older} writes rows without it and "
            "would fail",
            "Allow NULL or give it a server default.",
        )

    def _uses(self, table: str) -> bool:
        """Whether the older version works with a table, or may: one of unknown make is a part of
        another, such as a month of the outbox.
        """
        return table not in self.made and (table in self.used or table not in self.tables)

    def _stays_null(self, table: str, columns: set[str]) -> bool:
        return bool(columns) and columns <= self.free.get(table, set())

    def create(self, found: exp.Create) -> None:
        kind, name = found.args["kind"], _table(found)
        if kind == "TABLE" and name not in self.tables:
            self.made.add(name)
        elif kind == "INDEX":
            self._index(found, name)
        elif kind not in _MADE and not (kind == "TRIGGER" and name in self.made):
            self._unknown(f"a new {kind.lower()}")

    def _index(self, found: exp.Create, table: str) -> None:
        if table in self.made:
            return
        if not found.args.get("concurrently"):
            self._refuse(
                f"index {found.this.name} on {table} is not made CONCURRENTLY: everybody who "
                f"writes into {table} would wait for it",
                "Use postgresql_concurrently in an autocommit_block.",
            )
        columns = {column.name for column in found.this.find_all(exp.Column)}
        if found.args.get("unique") and self._uses(table) and not self._stays_null(table, columns):
            self._added_rule("a unique index", table, columns)

    def drop(self, found: exp.Drop) -> None:
        kind, names = found.args["kind"], _dropped(found)
        name = names[0] if len(names) == 1 else ""
        if found.args.get("cascade") or not name:
            self._unknown(f"`{_short(found.sql('postgres'))}`")
        elif kind == "TABLE":
            if self._uses(name):
                self._dropped(f"the table {name}")
        elif kind == "SEQUENCE":
            if name in self.sequences:
                self._dropped(f"the sequence {name}")
        elif kind == "INDEX":
            if any(t["indexes"].get(name, {}).get("unique") for t in self.tables.values()):
                self._dropped(f"the unique index {name}")
            else:
                self.notes.append(
                    f"{self._where}: drops the index {name}: {self.older} may become slow."
                )
        else:
            self._unknown(f"dropping the {kind.lower()} {name}")

    def alter(self, found: exp.Alter) -> None:
        kind, name = found.args["kind"], _table(found)
        if kind != "TABLE":
            self._unknown(f"changing the {str(kind).lower()} {name}")
        elif name not in self.made and name not in self.tables:
            self._unknown(f"changing {name}, which no migration is seen to make,")
        elif name not in self.made:
            for action in found.args["actions"]:
                judge = _ACTIONS.get(type(action))
                if judge is None:
                    self._unknown(f"`{_short(action.sql('postgres'))}`")
                else:
                    judge(self, name, action)

    def add_column(self, table: str, column: exp.ColumnDef) -> None:
        name = f"{table}.{column.name}"
        rules: dict[type, Any] = {type(rule.kind): rule.kind for rule in column.constraints}
        default = rules.get(exp.DefaultColumnConstraint)
        free = default is None and exp.NotNullColumnConstraint not in rules
        if set(rules) - _COLUMN_RULES:
            self._unknown(f"`{_short(column.sql('postgres'))}`")
        elif computed(column):
            self._refuse(
                f"{name} is computed for every row that is there, and {table} is locked meanwhile",
                "Add it without a default and let a job fill it.",
            )
        elif default is None and not free and self._uses(table):
            self._mandatory(name)
        if free:
            self.free.setdefault(table, set()).add(column.name)
        for kind, rule in _ADDED_RULES.items():
            if kind in rules and self._uses(table) and not (free and null_fits(rules[kind])):
                self._added_rule(rule, table, {column.name})

    def drop_part(self, table: str, part: exp.Drop) -> None:
        kind, name = part.args["kind"], "".join(_dropped(part))
        if part.args.get("cascade") or kind not in ("COLUMN", "CONSTRAINT"):
            self._unknown(f"`{_short(part.sql('postgres'))}`")
        elif kind == "COLUMN":
            if name in self.used.get(table, ()):
                self._dropped(f"{table}.{name}")
        elif self._uses(table) and not name.endswith(("_fkey", "_check")):
            self._refuse(
                f"drops {name} of {table}, by which {self.older} may keep each row once",
                "Keep it until no such version is deployed.",
            )

    def alter_column(self, table: str, change: exp.AlterColumn) -> None:
        column = change.this.name
        was = self.tables[table]["columns"].get(column)
        name, text, dtype = f"{table}.{column}", change.sql("postgres"), change.args.get("dtype")
        if was is None and "SET DEFAULT" in text:
            self.free.get(table, set()).discard(column)
        elif was is None and text.endswith("SET NOT NULL") and self._stays_null(table, {column}):
            self._mandatory(name)
        if was is None or not self._uses(table):
            return
        if dtype is not None:
            now = dtype.sql("postgres")
            if not widened(was["type"], now):
                self._refuse(
                    f"{name} turns from {was['type']} into {now}: {self.older} uses it as it is, "
                    "and the table may be locked while it is rewritten",
                    "Add a new column instead.",
                )
        elif text.endswith("SET NOT NULL"):
            if was["nullable"]:
                self._refuse(
                    f"{name} becomes NOT NULL, and {self.older} writes rows without it",
                    "Wait until no such version is deployed.",
                )
        elif text.endswith("DROP NOT NULL"):
            if not was["nullable"] and column in self.used.get(table, ()):
                self._refuse(
                    f"{name} may become NULL, and {self.older} counts on a value when it comes "
                    "back",
                    "Keep NOT NULL and give it a server default instead.",
                )
        elif text.endswith("DROP DEFAULT"):
            if was["default"] is not None and not was["nullable"]:
                self._refuse(
                    f"{name} loses its default, on which {self.older} may count",
                    "Keep the default.",
                )
        elif "SET DEFAULT" not in text:
            self._unknown(f"`{_short(text)}`")

    def rename_column(self, table: str, change: exp.RenameColumn) -> None:
        if change.this.name in self.used.get(table, ()):
            self._dropped(f"{table}.{change.this.name} (now {change.args['to'].name})")

    def rename(self, table: str, change: exp.AlterRename) -> None:
        if self._uses(table):
            self._dropped(f"{table} (now {change.this.name})")

    def add_constraint(self, table: str, change: exp.AddConstraint) -> None:
        known = {*self.tables[table]["columns"], *self.free.get(table, ())}
        columns = {found.name for found in change.find_all(exp.Identifier)} & known
        if not (self._stays_null(table, columns) and null_fits(change)):
            self._added_rule(f"`{_short(change.sql('postgres'))}`", table, columns)

    def write_rows(self, found: exp.Expression) -> None:
        """SELECT, INSERT, UPDATE, DELETE and TRUNCATE, and what is nested in them."""
        for removal in found.find_all(exp.Delete, exp.TruncateTable):
            if self._uses(table := _table(removal)):
                self._refuse(
                    f"removes rows of {table}, which {self.older} still reads",
                    "Remove them once no such version is deployed.",
                )
        for change in found.find_all(exp.Update):
            self.notes.append(
                f"{self._where}: changes rows of {_table(change)} in one transaction: "
                f"see that they are few and that {self.older} understands what is written. Many "
                "rows are work for a job."
            )
        for call in found.find_all(exp.Anonymous):
            self._unknown(f"`{_short(call.sql('postgres'))}`")


_KINDS: dict[type, Callable[[_Judge, Any], None]] = {
    exp.Create: _Judge.create,
    exp.Drop: _Judge.drop,
    exp.Alter: _Judge.alter,
    exp.Select: _Judge.write_rows,
    exp.Insert: _Judge.write_rows,
    exp.Update: _Judge.write_rows,
    exp.Delete: _Judge.write_rows,
    exp.TruncateTable: _Judge.write_rows,
}
_ACTIONS: dict[type, Callable[[_Judge, str, Any], None]] = {
    exp.ColumnDef: _Judge.add_column,
    exp.Drop: _Judge.drop_part,
    exp.AlterColumn: _Judge.alter_column,
    exp.RenameColumn: _Judge.rename_column,
    exp.AlterRename: _Judge.rename,
    exp.AddConstraint: _Judge.add_constraint,
}


def _dropped(found: exp.Drop) -> list[str]:
    """The names of what a DROP drops."""
    named = [*(found.args.get("tables") or ()), *([found.this] if found.this else ())]
    return [one.name for one in named]


def _is_new_function(found: object) -> bool:
    """Whether a function is made that was not there, and so is called by nothing that runs."""
    return (
        isinstance(found, exp.Command)
        and str(found.this).upper() == "CREATE"
        and str(found.expression).lstrip().upper().startswith("FUNCTION ")
    )


def _table(found: exp.Expression) -> str:
    table = found.find(exp.Table)
    return table.name if table is not None else ""


def _short(sql: str) -> str:
    return sql if len(sql) <= 80 else f"{sql[:77]}..."
