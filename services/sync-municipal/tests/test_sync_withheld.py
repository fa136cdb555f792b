"""What is withheld from somebody is in no read of the ledger; the city never hears of it."""

import pytest
import sqlalchemy as sa

from shared.testing import Office, hear, mark
from sync_municipal.models import cases, exchanges

QIAN = {"withheld_from": [mark("qian"), mark("housing", "unit")], "named_readers": []}
NOBODY = {"withheld_from": [], "named_readers": []}


@pytest.fixture
def office(app):
    return Office(app)


@pytest.fixture
def withheld(app, story, step):
    """A case that is withheld from qian and the housing bureau, and one that is not."""
    hear(app, *story("c1"), *story("c2"))
    hear(app, step("c1", "access_changed", 8, **QIAN), step("c2", "access_changed", 8, **NOBODY))


def test_the_accused_and_the_recused_read_no_exchanges_and_retry_none(office, withheld):
    qian = office.token("leader", "admin", account="qian")
    housing = office.token("leader", "admin", account="someone", unit="housing")
    sun = office.token("leader", "admin", account="sun")
    items = office.get("/v1/cases/c1/exchanges", token=sun).json["items"]
    retry = f"/v1/exchanges/{items[0]['id']}/retry"
    for token in (qian, housing):
        assert office.get("/v1/cases/c1/exchanges", token=token).status_code == 404
        assert office.get("/v1/cases/c2/exchanges", token=token).status_code == 200
        assert office.post(retry, token=token).status_code == 404
    assert office.post(retry, token=sun).status_code == 200


def test_counts_leave_out_what_is_withheld_from_who_asks(office, withheld):
    def counted(account):
        return office.get("/v1/counts", token=office.token("leader", account=account)).json

    mine, theirs = counted("qian"), counted("sun")
    assert (mine["petitions"], mine["cases"]) == (1, 1)
    assert (theirs["petitions"], theirs["cases"]) == (2, 2)
    assert 2 * mine["pending"] == theirs["pending"] > 0


def test_the_city_is_told_nothing_of_who_may_know(app, withheld, step):
    with app.db.read() as session:
        before = session.scalar(sa.select(sa.func.count()).select_from(exchanges))
    hear(app, step("c1", "accepted", 9, **QIAN))
    with app.db.read() as session:
        rows = session.execute(sa.select(exchanges)).all()
        version = session.scalar(sa.select(cases.c.marks_version).where(cases.c.case_id == "c1"))
    assert len(rows) == before + 1
    assert version == 9
    assert "withheld" not in str(rows)
    assert mark("qian") not in str(rows)
