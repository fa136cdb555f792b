"""A petitioner sees what they may evaluate now and what they have evaluated, and nobody else's."""

import json

from shared.testing import hear

OFFICE, UNIT = "petition_office", "handling_unit"


def own(office, petition_id):
    answer = office.get("/v1/public/evaluations", token=office.citizen_token(petition_id))
    assert answer.status_code == 200
    return [(one["object"], one["state"], one["grade"]) for one in answer.json["items"]]


def evaluate(office, petition_id, object_):
    said = json.dumps({"object": object_, "grade": "satisfied"})
    headers = {"Content-Type": "application/json"}
    token = office.citizen_token(petition_id)
    return office.post("/v1/public/evaluations", token=token, headers=headers, data=said)


def test_evaluations_open_one_after_the_other_and_stay_once_recorded(app, office, story):
    case = story()
    assert own(office, case.petition_id) == []
    hear(app, *case.until("forwarded"))
    assert own(office, case.petition_id) == [(OFFICE, "open", None)]
    assert evaluate(office, case.petition_id, OFFICE).status_code == 201
    hear(app, *case.until("served"))
    assert own(office, case.petition_id) == [
        (OFFICE, "recorded", "satisfied"),
        (UNIT, "open", None),
    ]


def test_another_petition_sees_nothing_of_them(app, office, story):
    case, other = story(), story()
    hear(app, *case.until("served"))
    assert own(office, other.petition_id) == []


def test_without_a_petitions_token_nothing_is_told(office):
    assert office.get("/v1/public/evaluations").status_code == 401
    assert office.get("/v1/public/evaluations", "dispatcher").status_code in (401, 403)
