"""Papers name the petitioner as intake answers: fetched, corrected, refused, away, kept back."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from claim_desk import PERSON, ClaimDesk, StandIn, told

from routing.domain.known import OF_CLAIM
from routing.layout.papers import standards
from routing.models import documents as tables
from shared.testing import emitted

CATALOGUE, _ = standards()
CORRECTED = PERSON | {"name": "欧阳小枫"}


@pytest.fixture
def intake() -> Iterator[StandIn]:
    stand_in = StandIn()
    yield stand_in
    stand_in.close()


@pytest.fixture
def desk(make_bench: Any, intake: StandIn) -> ClaimDesk:
    return ClaimDesk(make_bench(INTAKE_URL=intake.url, INTAKE_SECONDS="0.5"), intake)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.servers)])
def any_desk(request: pytest.FixtureRequest, make_bench: Any, intake: StandIn) -> ClaimDesk:
    postgresql = request.param == "postgresql"
    url = request.getfixturevalue("postgres_url") if postgresql else None
    return ClaimDesk(make_bench(database_url=url, INTAKE_URL=intake.url), intake)


def test_everything_that_the_catalogue_calls_a_claim_comes_from_intake() -> None:
    claims = {
        element.name
        for document in CATALOGUE.documents.values()
        for element in document.elements.values()
        if element.claim
    }
    assert claims == OF_CLAIM


def test_a_paper_is_drawn_up_with_the_petitioner_that_intake_names(any_desk: ClaimDesk) -> None:
    paper = any_desk.drawn("opinion", token=any_desk.unit)
    assert paper["fields"]["petitioner"] == PERSON["name"]
    assert paper["fields"]["petitioner_address"] == PERSON["address"]
    assert paper["identity"] == {
        "state": "fetched",
        "state_name": "已从登记系统取得",
        "petition_id": any_desk.case["petition_ids"][0],
        "at": paper["drafted_at"],
        "elements": ["petitioner", "petitioner_address"],
        "changed": [],
    }


def test_intake_is_asked_as_the_caller_for_this_paper_and_by_ids_alone(desk: ClaimDesk) -> None:
    token = desk.bench.token("dispatcher", account="wang")
    paper = desk.drawn(token=token)
    (asked,) = desk.intake.asked
    assert asked["path"] == f"/v1/petitions/{desk.case['petition_ids'][0]}/identity"
    assert asked["headers"]["Authorization"] == f"Bearer {token}"
    assert asked["body"] == {"purpose": "paper", "document_id": paper["document_id"]}


def test_papers_drawn_up_at_once_each_name_the_petitioner(desk: ClaimDesk) -> None:
    drafted = desk.owed()
    assert {paper["kind"] for paper in drafted} == {"transfer_letter", "procedural_notice"}
    assert {paper["fields"]["petitioner"] for paper in drafted} == {PERSON["name"]}
    asked_for = [asked["body"]["document_id"] for asked in desk.intake.asked]
    assert asked_for == [paper["document_id"] for paper in drafted]


def test_papers_are_drawn_up_at_once_though_intake_is_away_and_say_so(desk: ClaimDesk) -> None:
    desk.intake.close()
    drafted = desk.owed()
    assert len(drafted) == 2
    assert {paper["identity"]["state"] for paper in drafted} == {"away"}


def test_what_the_clerk_types_is_the_clerks_and_nobody_is_asked(desk: ClaimDesk) -> None:
    paper = desk.drawn(fields={"petitioner": "王某某"})
    assert (paper["fields"]["petitioner"], paper["identity"]) == ("王某某", None)
    assert desk.drawn(fields={"petitioner": None})["fields"].get("petitioner") is None
    assert desk.intake.asked == []


def test_what_intake_corrected_stands_in_the_paper_once_it_is_signed_off(
    any_desk: ClaimDesk,
) -> None:
    desk = any_desk
    paper = desk.moved(desk.drawn(), "submit")
    desk.intake.answer = told(CORRECTED)
    paper = desk.moved(paper, "approve")
    assert paper["fields"]["petitioner"] == CORRECTED["name"]
    assert paper["identity"]["changed"] == ["petitioner"]
    desk.intake.answer = told(PERSON)
    paper = desk.moved(paper, "issue")
    assert paper["fields"]["petitioner"] == CORRECTED["name"], "what was signed off stays"
    assert desk.read(paper)["identity"]["changed"] == []
    preview = desk.bench.get(f"/v1/documents/{paper['document_id']}/preview", "dispatcher")
    assert CORRECTED["name"] in preview.text


def test_a_paper_that_nobody_signs_off_is_issued_as_intake_then_knows(desk: ClaimDesk) -> None:
    paper = desk.drawn("service_receipt", fields=_by_hand("service_receipt"))
    desk.intake.answer = told(CORRECTED)
    assert desk.moved(paper, "issue")["fields"]["petitioner"] == CORRECTED["name"]


def test_what_the_clerk_corrected_is_not_overwritten(desk: ClaimDesk) -> None:
    paper = desk.drawn("opinion", fields=_by_hand("opinion"), token=desk.unit)
    fields = paper["fields"] | {"petitioner": "欧阳晓峰（代理人：王某某）"}
    paper = desk.moved(paper, "change", fields=fields, token=desk.unit)
    assert paper["identity"]["elements"] == ["petitioner_address"]
    desk.intake.answer = told(CORRECTED | {"address": "新地址"})
    paper = desk.moved(paper, "submit", "approve", token=desk.unit)
    assert paper["fields"]["petitioner"] == "欧阳晓峰（代理人：王某某）"
    assert paper["fields"]["petitioner_address"] == "新地址"


def test_a_draft_is_filled_anew_over_what_was_typed(desk: ClaimDesk) -> None:
    paper = desk.drawn(fields={"petitioner": "王某某"})
    filled = desk.moved(paper, "identity")
    assert filled["fields"]["petitioner"] == PERSON["name"]
    assert filled["identity"]["changed"] == ["petitioner"]
    assert desk.move(paper, "identity").status_code == 412, "an older version"
    submitted = desk.moved(filled, "submit")
    assert desk.move(submitted, "identity").status_code == 409


def test_a_paper_names_one_petitioner_of_a_case_with_many(desk: ClaimDesk) -> None:
    with desk.bench.app.db.write() as session:
        cases = tables.documents.metadata.tables["cases"]
        both = [*desk.case["petition_ids"], "second"]
        own = cases.c.case_id == desk.case["case_id"]
        session.execute(sa.update(cases).where(own).values(petition_ids=both))
    first, second = desk.drawn(), desk.drawn(petition_id="second")
    assert [one["path"].split("/")[3] for one in desk.intake.asked] == both
    assert second["identity"]["petition_id"] == "second"
    refused = desk.draft(petition_id="another")
    assert refused.status_code == 422
    assert refused.json["errors"][0]["field"] == "petition_id"
    moved = desk.moved(first, "identity", petition_id="second")
    assert moved["identity"]["petition_id"] == "second"


@pytest.mark.parametrize(
    ("person", "named"),
    [(None, "匿名"), (dict.fromkeys(PERSON), "匿名"), (PERSON | {"name": None}, "匿名")],
)
def test_somebody_without_a_name_is_anonymous(desk: ClaimDesk, person: Any, named: str) -> None:
    desk.intake.answer = told(person)
    paper = desk.drawn()
    assert (paper["fields"]["petitioner"], paper["identity"]["state"]) == (named, "anonymous")
    agreement = desk.drawn("settlement_agreement", token=desk.unit)
    assert "party_a" not in agreement["fields"], "nobody can agree without a name"


@pytest.mark.parametrize("status", [403, 404])
def test_what_intake_does_not_show_the_caller_is_for_the_clerk_to_type(
    desk: ClaimDesk, status: int
) -> None:
    desk.intake.answer = (status, b'{"code": "not_found"}')
    paper = desk.drawn(fields=_by_hand("transfer_letter"))
    assert paper["identity"]["state"] == "refused"
    refused = desk.move(paper, "submit")
    assert refused.json["errors"][0]["field"] == "fields.petitioner"
    paper = desk.moved(paper, "change", fields=paper["fields"] | {"petitioner": "王某某"})
    asked = len(desk.intake.asked)
    assert desk.moved(paper, "submit", "approve", "issue")["fields"]["petitioner"] == "王某某"
    assert len(desk.intake.asked) == asked, "nothing follows intake any more"


AWAY = {
    "an error": (500, b"{}"),
    "overload": (429, b"{}"),
    "a token that it does not know": (401, b'{"code": "unauthorised"}'),
    "no JSON": (200, b"<html>"),
    "another shape": (200, b"[]"),
    "no person": (200, b'{"petitioner": "x"}'),
    "too much": (200, json.dumps({"petitioner": None, "more": "x" * 70_000}).encode()),
    "a proxy's page": (404, b"<html>"),
}


@pytest.mark.parametrize("answer", AWAY.values(), ids=AWAY.keys())
def test_without_a_usable_answer_a_draft_waits_visibly(desk: ClaimDesk, answer: Any) -> None:
    desk.intake.answer = answer
    paper = desk.drawn(fields=_by_hand("transfer_letter"))
    assert "petitioner" not in paper["fields"]
    assert paper["identity"]["state"] == "away"
    assert_unavailable(desk.move(paper, "submit"))
    desk.intake.answer = told(PERSON)
    paper = desk.moved(desk.read(paper), "submit")
    assert (paper["fields"]["petitioner"], paper["identity"]["state"]) == (
        PERSON["name"],
        "fetched",
    )


def test_an_intake_that_goes_away_leaves_nothing_half_done(any_desk: ClaimDesk) -> None:
    desk = any_desk
    paper = desk.moved(desk.drawn(), "submit")
    desk.intake.close()
    assert_unavailable(desk.move(paper, "approve"))
    found = desk.read(paper)
    assert (found["state"], found["version"]) == ("submitted", paper["version"])
    kept = desk.moved(paper, "approve", "issue", keep_identity=True)
    assert kept["fields"]["petitioner"] == PERSON["name"]
    assert kept["identity"]["at"] == found["identity"]["at"], "as it was fetched last"


def test_a_slow_intake_is_not_waited_for(desk: ClaimDesk) -> None:
    desk.intake.hold.clear()
    assert desk.drawn()["identity"]["state"] == "away"


def test_keeping_what_was_never_fetched_is_refused_by_name(desk: ClaimDesk) -> None:
    desk.intake.answer = (500, b"{}")
    paper = desk.drawn(fields=_by_hand("transfer_letter"))
    refused = desk.move(paper, "submit", keep_identity=True)
    assert refused.status_code == 422
    assert refused.json["errors"][0]["field"] == "fields.petitioner"


def test_filling_anew_is_refused_whole_while_intake_is_away(desk: ClaimDesk) -> None:
    paper = desk.drawn(fields={"petitioner": "王某某"})
    desk.intake.close()
    assert_unavailable(desk.move(paper, "identity"))
    assert desk.read(paper)["fields"]["petitioner"] == "王某某"


def test_the_same_request_again_asks_nobody_again(desk: ClaimDesk) -> None:
    path = f"/v1/cases/{desk.case['case_id']}/documents"
    body, key = {"kind": "transfer_letter"}, {"Idempotency-Key": "one"}
    answers = [desk.bench.post(path, "dispatcher", json=body, headers=key) for _ in range(2)]
    assert answers[0].json == answers[1].json
    assert len(desk.intake.asked) == 1


def test_whoever_may_not_draw_up_a_paper_asks_nobody(desk: ClaimDesk) -> None:
    stranger = desk.bench.unit_token("handler", unit="housing")
    assert desk.draft("opinion", token=stranger).status_code == 404
    assert desk.draft("nonsense").status_code == 422
    paper = desk.drawn()
    assert desk.move(paper, "submit", token=stranger).status_code == 404
    assert desk.move(paper, "approve").status_code == 409
    assert len(desk.intake.asked) == 1


def test_a_letter_about_a_secret_case_names_nobody_by_itself(
    make_bench: Any, intake: StandIn
) -> None:
    bench = make_bench(INTAKE_URL=intake.url)
    desk = ClaimDesk(bench, intake, secret=True)
    paper = desk.drawn(fields=_by_hand("transfer_letter"))
    assert paper["fields"]["petitioner"] == "（身份保密）"
    assert paper["identity"]["state"] == "withheld"
    assert desk.moved(paper, "submit", "approve")["fields"]["petitioner"] == "（身份保密）"
    assert intake.asked == []
    notice = desk.drawn("procedural_notice")
    assert notice["fields"]["petitioner"] == PERSON["name"], "the petitioner's own notice"


def test_the_identity_is_kept_encrypted_and_told_to_nobody(desk: ClaimDesk, caplog: Any) -> None:
    caplog.set_level("DEBUG")
    paper = desk.drawn("opinion", fields=_by_hand("opinion"), token=desk.unit)
    desk.moved(paper, "submit", "approve", "issue", token=desk.unit)
    with desk.bench.app.db.read() as session:
        kept = [str(row) for table in tables.documents.metadata.sorted_tables
                for row in session.execute(sa.select(table))]  # fmt: skip
    told_on = json.dumps(emitted(desk.bench.app), ensure_ascii=False)
    logged = str([record.__dict__ for record in caplog.records])
    metrics = str(list(desk.bench.app.metrics.instruments.registry.collect()))
    leaked = [
        value for value in PERSON.values()
        for place in (*kept, told_on, logged, metrics) if value in place
    ]  # fmt: skip
    assert leaked == []


def test_an_auditor_sees_whence_it_comes_and_not_whom_it_names(desk: ClaimDesk) -> None:
    seen = desk.read(desk.drawn(), "auditor")
    assert (seen["fields"], seen["identity"]["state"]) == (None, "fetched")
    assert PERSON["name"] not in json.dumps(seen, ensure_ascii=False)


def test_what_is_known_says_what_intake_will_fill_in(desk: ClaimDesk) -> None:
    path = f"/v1/cases/{desk.case['case_id']}/documents/known?kind=opinion"
    shown = desk.bench.get(path, token=desk.unit).json
    assert shown["from_intake"] == ["petitioner", "petitioner_address"]
    assert not {"petitioner", "petitioner_address"} & {*shown["missing"], *shown["by_hand"]}
    assert desk.intake.asked == [], "to look is not to draw up"


def test_without_an_intake_the_clerk_types_as_before(bench: Any, intake: StandIn) -> None:
    desk = ClaimDesk(bench, intake)
    paper = desk.drawn()
    assert (paper["fields"].get("petitioner"), paper["identity"]) == (None, None)
    refused = desk.move(paper, "identity")
    assert (refused.status_code, refused.json["code"]) == (409, "identity_by_hand")


def assert_unavailable(answer: Any) -> None:
    assert (answer.status_code, answer.json["code"]) == (503, "identity_unavailable")
    assert answer.headers["Retry-After"]


def _by_hand(kind: str) -> dict[str, Any]:
    """The catalogue's samples of all that intake does not know."""
    samples = CATALOGUE.documents[kind].samples
    return {name: value for name, value in samples.items() if name not in OF_CLAIM}
