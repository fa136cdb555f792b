"""Marks of cases: what the newest header that tells of them says, whatever the order."""

import itertools

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.auth import Principal
from shared.case_marks import CaseMarks
from shared.contracts import Event
from shared.db import Database, upsert_newer
from shared.marks import Marker
from shared.testing import MORNING

OLD, NEW = "k3J9xQ7mT2vB8nR5wL1pZ6cF4hD0sGaY", "f7Qn2Wc9Lr4Tx6Bv1Zs8Kd3Hm5Gp0JyE"
MARKER = Marker((NEW, OLD))
PEOPLE = ("qian", "zhou", "sun")


class Reader:
    """A service that keeps marks and nothing else."""

    def __init__(self, db: Database) -> None:
        self.db, metadata = db, sa.MetaData()
        self.cases = sa.Table(
            "cases",
            metadata,
            sa.Column("case_id", sa.String(100), primary_key=True),
            sa.Column("version", sa.Integer, nullable=False),
            sa.Column("marks_version", sa.Integer),
        )
        self.marks = CaseMarks(metadata, self.cases)
        metadata.drop_all(db.engine)
        metadata.create_all(db.engine)

    def hear(self, *events: Event) -> None:
        with self.db.write() as session:
            versions = self.marks.keep(session, events)
            newest = {e.subject: e for e in sorted(events, key=lambda e: e.subject_version)}
            rows = [
                {"case_id": i, "version": e.subject_version, "marks_version": versions[i]}
                for i, e in newest.items()
            ]
            upsert_newer(session, self.cases, rows, key=["case_id"])

    def kept(self):
        with self.db.read() as session:
            rows = sa.select(self.marks.table).order_by(*self.marks.table.c)
            cases = sa.select(self.cases).order_by(self.cases.c.case_id)
            return [tuple(session.execute(found).all()) for found in (rows, cases)]

    def cases_by(self, condition):
        with self.db.read() as session:
            return set(session.scalars(sa.select(self.cases.c.case_id).where(condition)))

    def withheld_from(self, account, *, marker=MARKER):
        who = Principal(account, known_by=marker)
        found = self.cases_by(self.marks.withheld(who, self.cases.c.case_id))
        with self.db.read() as session:
            assert set(session.scalars(self.marks.withheld_cases(who))) == found
        return found

    def read_by(self, account):
        who = Principal(account, known_by=MARKER)
        return self.cases_by(self.marks.named(who, self.cases.c.case_id))


@pytest.fixture
def reader(tmp_path):
    db = Database(f"sqlite:///{tmp_path}/reader.sqlite", service="reader")
    yield Reader(db)
    db.close()


def told(version, withheld=(), named=(), *, case_id="c-1", marker=MARKER):
    """A header as routing tells it; `withheld` None is that of a release that does not tell."""
    header = dict.fromkeys(("withheld_from", "named_readers"))
    if withheld is not None:
        header["withheld_from"] = [marker.mark("account", one) for one in withheld]
        header["named_readers"] = [marker.mark("account", one) for one in named]
    return Event(
        id=f"{case_id}-{version}", type="case.moved.v1", source="routing", subject=case_id,
        subject_version=version, time=MORNING, recorded_time=MORNING, historical=False,
        correlation_id="x", causation_id=None, traceparent=None, data={"header": header},
    )  # fmt: skip


some = st.lists(st.sampled_from(PEOPLE), max_size=2, unique=True)
heard = st.lists(st.tuples(st.none() | some, some), min_size=1, max_size=6)


@settings(deadline=None, max_examples=40)
@given(lives=heard, data=st.data())
def test_every_order_and_grouping_ends_in_what_the_newest_that_tells_says(
    tmp_path_factory, lives, data
):
    events = [told(n, out, named) for n, (out, named) in enumerate(lives, start=1)]
    db = Database(f"sqlite:///{tmp_path_factory.mktemp('r')}/r.sqlite", service="reader")
    reader = Reader(db)
    for event in events:
        reader.hear(event)
    in_order = reader.kept()
    last = next(((o, n) for o, n in reversed(lives) if o is not None), ([], []))
    assert {a for a in PEOPLE if reader.withheld_from(a)} == set(last[0])
    assert {a for a in PEOPLE if reader.read_by(a)} == set(last[1])
    again = Reader(db)
    left = data.draw(st.permutations([*events, *events[:2]]))
    while left:
        size = data.draw(st.integers(1, len(left)))
        again.hear(*left[:size])
        left = left[size:]
    assert again.kept() == in_order
    db.close()


def test_what_is_withheld_stays_so_when_an_older_release_speaks_last(reader):
    for events in itertools.permutations([told(1), told(2, ["qian"]), told(3, None)]):
        reader.hear(*events)
        assert reader.withheld_from("qian") == {"c-1"}
        assert reader.withheld_from("sun") == set()


def test_one_case_says_nothing_of_another(reader):
    reader.hear(told(1, ["qian"], ["zhou"]), told(1, ["sun"], case_id="c-2"))
    assert reader.withheld_from("qian") == {"c-1"}
    assert reader.withheld_from("sun") == {"c-2"}
    assert reader.read_by("zhou") == {"c-1"}


def test_a_mark_of_an_older_key_still_counts_and_one_of_an_unknown_key_hides_from_all(reader):
    reader.hear(told(1, ["qian"], marker=Marker((OLD,))))
    assert reader.withheld_from("qian") == {"c-1"}
    assert reader.withheld_from("sun") == set()
    assert reader.withheld_from("sun", marker=Marker((NEW,))) == {"c-1"}
