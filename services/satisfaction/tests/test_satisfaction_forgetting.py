"""What petitioners wrote is forgotten once they are erased; how they evaluated counts on."""

import json

import sqlalchemy as sa

from satisfaction.models import evaluations
from shared.clock import wire
from shared.testing import MORNING, hear, make_event


def erased(petition_id):
    data = {"petition_id": petition_id, "case_ids": [], "at": wire(MORNING), "basis": "request"}
    return make_event("intake", "petition.erased.v1", subject=petition_id, version=3, data=data)


def test_a_comment_is_forgotten_and_the_grade_stays(app, clock, office, story):
    mine, other = story(), story()
    for case in (mine, other):
        hear(app, *case.until("served"))
        clock.advance(days=2)
        token = office.citizen_token(case.petition_id)
        body = {"object": "petition_office", "grade": "satisfied", "comment": "很快就解决了。"}
        sent = {"headers": {"Content-Type": "application/json"}, "data": json.dumps(body)}
        assert office.post("/v1/public/evaluations", token=token, **sent).status_code == 201
    hear(app, erased(mine.petition_id), erased(mine.petition_id))
    with app.db.read() as session:
        columns = (evaluations.c.petition_id, evaluations.c.grade, evaluations.c.comment)
        recorded = sa.select(*columns).where(evaluations.c.grade.is_not(None))
        found = {row.petition_id: (row.grade, row.comment) for row in session.execute(recorded)}
    assert found == {
        mine.petition_id: ("satisfied", None),
        other.petition_id: ("satisfied", "很快就解决了。"),
    }
