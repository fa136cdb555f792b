"""The HTTP interface."""

import pytest
import sqlalchemy as sa

from shared.testing import Office, hear
from sync_municipal.models import exchanges


@pytest.fixture
def office(app):
    return Office(app)


def set_status(app, status):
    with app.db.write() as session:
        values = {"status": status, "attempts": 3, "last_error": "HTTP 422"}
        session.execute(sa.update(exchanges).values(values))


def only_id(office):
    answer = office.get("/v1/cases/c1/exchanges", "admin")
    return answer.json["items"][0]["id"]


def test_a_supervisor_reads_a_cases_exchanges_newest_first(app, office, story):
    hear(app, *story("c1"))
    first = office.get("/v1/cases/c1/exchanges?limit=4", "supervisor").json
    assert [item["case_version"] for item in first["items"]] == [7, 6, 5, 4]
    assert "payload" not in first["items"][0]
    cursor = first["next_cursor"]
    rest = office.get(f"/v1/cases/c1/exchanges?limit=4&cursor={cursor}", "supervisor").json
    assert [item["case_version"] for item in rest["items"]] == [3, 2]
    assert rest["next_cursor"] is None


def test_an_unknown_case_is_not_found(office):
    assert office.get("/v1/cases/nowhere/exchanges", "auditor").status_code == 404


def test_another_units_case_is_not_found(app, office, story):
    hear(app, *story("c1"))
    elsewhere = office.token("supervisor", unit="water", scope=("water",))
    own = office.token("supervisor", unit="transport", scope=("transport",))
    assert office.get("/v1/cases/c1/exchanges", token=elsewhere).status_code == 404
    assert office.get("/v1/cases/c1/exchanges", token=own).status_code == 200


@pytest.mark.parametrize("role", ["handler", "partner", "registrar"])
def test_others_may_not_read_exchanges(office, role):
    assert office.get("/v1/cases/c1/exchanges", role).status_code == 403


def test_counts_are_for_the_bureau(app, office, story):
    hear(app, *story("c1"), *story("c2", secret=True))
    assert office.get("/v1/counts", "importer").json == {
        "petitions": 2,
        "cases": 2,
        "pending": 6,
        "acknowledged": 0,
        "refused": 0,
        "cases_synced": 0,
    }
    assert office.get("/v1/counts", "handler").status_code == 403


def test_an_admin_retries_a_refused_exchange(app, office, story):
    hear(app, *story("c1", last=2))
    set_status(app, "refused")
    answer = office.post(f"/v1/exchanges/{only_id(office)}/retry", "admin")
    assert answer.status_code == 200
    assert (answer.json["status"], answer.json["attempts"]) == ("pending", 0)
    assert "ETag" not in answer.headers


def test_an_acknowledged_exchange_is_not_retried(app, office, story):
    hear(app, *story("c1", last=2))
    set_status(app, "acknowledged")
    assert office.post(f"/v1/exchanges/{only_id(office)}/retry", "admin").status_code == 409


def test_what_the_city_refused_is_listed_over_all_cases_for_the_administrator(app, office, story):
    hear(app, *story("c1", last=2))
    set_status(app, "refused")
    listed = office.get("/v1/exchanges?status=refused", "admin")
    assert [one["id"] for one in listed.json["items"]] == [only_id(office)]
    assert office.get("/v1/exchanges?status=acknowledged", "admin").json["items"] == []
    assert office.get("/v1/exchanges", "supervisor").status_code == 403


@pytest.mark.parametrize("exchange_id", ["4711", str(2**63), "9" * 40])
def test_no_exchange_no_retry(office, exchange_id):
    assert office.post(f"/v1/exchanges/{exchange_id}/retry", "admin").status_code == 404


def test_only_an_admin_retries(office):
    assert office.post("/v1/exchanges/1/retry", "supervisor").status_code == 403
