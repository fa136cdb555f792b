"""What an action costs: statements sent to the database, whatever happened to the case before."""

import contextlib

import pytest
import sqlalchemy as sa
from casework import badge, brought, done, next_day, units

MOST, MOST_TO_READ = 13, 6


@contextlib.contextmanager
def statements(app):
    """Every statement that reaches the database meanwhile."""
    sent = []

    def note(_connection, _cursor, statement, *_rest):
        sent.append(statement)

    with app.db.read() as session:
        engines = {app.db.engine, session.get_bind()}
    for engine in engines:
        sa.event.listen(engine, "before_cursor_execute", note)
    yield sent
    for engine in engines:
        sa.event.remove(engine, "before_cursor_execute", note)


@pytest.mark.parametrize(
    ("state", "action"),
    [("registered", "forward"), ("forwarded", "accept"), ("handling", "reply"),
     ("replied", "serve"), ("served", "ask_review"), ("handling", "invite"),
     ("registered", "protect"), ("handling", "extend")],
)  # fmt: skip
def test_an_action_sends_few_statements(bench, state, action):
    office = units(bench)
    case = brought(office, state)
    with statements(office.app) as reading:
        office.case(case["case_id"])
    with statements(office.app) as sent:
        done(office, case, action)
    # a play reads the case for its version before it acts
    assert len(sent) - len(reading) <= MOST


@pytest.mark.parametrize("path", ["/v1/cases/{}", "/v1/cases/{}/guide", "/v1/my-work"])
def test_a_case_its_guide_and_all_that_waits_are_read_with_few_statements(bench, path):
    office = units(bench)
    case = brought(office, "handling")
    token = badge(office, "handler")
    office.get(path.format(case["case_id"]), token=token)
    with statements(office.app) as sent:
        assert office.get(path.format(case["case_id"]), token=token).status_code == 200
    assert len(sent) <= MOST_TO_READ


def test_neither_the_number_of_units_nor_the_length_of_the_journal_makes_it_dearer(bench):
    office = units(bench)
    case = brought(office, "handling")
    with statements(office.app) as few:
        done(office, case, "contact", by="handler")
    for n in range(30):
        body = {"name": f"{n}科", "kind": "office", "parent": "transport"}
        office.put(f"/v1/units/section-{n}", "admin", json=body)
        done(office, case, "contact", by="handler")
        next_day(office)
    with statements(office.app) as many:
        done(office, case, "contact", by="handler")
    assert len(many) == len(few)


def test_a_list_of_cases_costs_the_same_for_one_and_for_fifty(bench):
    office = units(bench)
    for _ in range(50):
        office.opened()
    token = badge(office, "dispatcher")

    def cost(limit):
        with statements(office.app) as sent:
            answer = office.get(f"/v1/cases?limit={limit}", token=token)
        assert len(answer.json["items"]) == limit
        return len(sent)

    assert cost(1) == cost(50)
