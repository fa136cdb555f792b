"""Every code that a service may give has its word here, and no word is for a code that is gone.

The console may not import a service, so its tables are its own; this holds them against theirs.
"""

import pytest

from console.domain import (
    audit,
    case_coordination,
    case_filters,
    case_words,
    channels,
    coordination,
    desk_words,
    following,
    given_names,
    opinions,
    organisation,
    papers,
    roles,
    steps,
)
from intake.domain import audit as intake_audit
from intake.domain import channels as intake_channels
from intake.domain import hotline, identity, participants, persons, reception, registration
from intake.domain import letters as incoming_letters
from intake.domain import requests as petitioners_requests
from intake.domain.notices.media import MEDIA
from intake.domain.sameness import KINDS as MATTER_KINDS
from intake.domain.suspicion import DECISIONS as SUSPICION_DECISIONS
from routing.domain import answered, documents, opinion, service, units
from routing.domain import coordination as routing_coordination
from routing.domain.answer_checks import table as checks
from routing.layout.papers import catalogue_of
from routing.resources import standard_procedure
from satisfaction import domain as satisfaction
from shared.auth import ROLES

OF_THE_CHAIN_ITSELF = {intake_audit.BRANCH, intake_audit.TIE}
PROCEDURE = standard_procedure()
PAPERS = catalogue_of(None).documents
SAME = {
    "channels": (case_words.CHANNELS, intake_channels.NAMES),
    "kinds of channels": (channels.KINDS, intake_channels.KINDS),
    "purposes": (desk_words.PURPOSES, registration.PURPOSES),
    "proceedings": (desk_words.PROCEEDINGS, registration.PROCEEDINGS),
    "proceedings, to citizens": (steps.PROCEEDINGS, registration.PROCEEDINGS),
    "relations": (desk_words.RELATIONS, participants.RELATIONS),
    "media": (desk_words.MEDIA, MEDIA),
    "purposes of unmasking": (desk_words.PURPOSE_KINDS, persons.PURPOSE_KINDS),
    "outcomes of calls": (desk_words.CALL_OUTCOMES, hotline.STATED),
    "tries": (desk_words.TRIES, hotline.TRIES),
    "priorities": (desk_words.PRIORITIES, reception.PRIORITIES),
    "visitors' papers": (desk_words.DOCUMENTS, identity.DOCUMENTS),
    "results of checks": (desk_words.CHECK_RESULTS, identity.RESULTS),
    "ends of visits": (desk_words.VISIT_ENDS, reception.STATED_REASONS),
    "lights of visits": (desk_words.VISIT_LIGHTS, reception.STATES),
    "ends of letters": (desk_words.LETTER_ENDS, incoming_letters.REASONS),
    "kinds of matters": (desk_words.MATTER_KINDS, MATTER_KINDS),
    "suspicions": (desk_words.SUSPICION_DECISIONS, SUSPICION_DECISIONS),
    "requests": (following.ASKINGS, petitioners_requests.KINDS),
    "grades": (case_words.GRADES, satisfaction.GRADES),
    "grades, to citizens": (following.GRADES, satisfaction.GRADES),
    "what is evaluated": (case_words.EVALUATED, satisfaction.OBJECTS),
    "states": (case_filters.STATES, PROCEDURE.states),
    "ways of contact": (case_coordination.CONTACT_WAYS, routing_coordination.CONTACT_WAYS),
    "sources of tasks": (coordination.SOURCES, routing_coordination.TASK_SOURCES),
    "moves of papers": (case_words.PAPER_MOVES, documents.MOVE_NAMES),
    "who draws papers": (papers.DRAWN_BY, documents.DRAWN_BY),
    "parts of papers": (papers.TYPES, documents.TYPES),
    "acts of the audit chain": (
        audit.ACTS,
        set(intake_audit.ACTS) - {intake_audit.BRANCH, intake_audit.TIE},
    ),
    "kinds of units": (organisation.KINDS, units.KINDS),
    "levels of units": (organisation.LEVELS, units.LEVELS),
    "kinds of opinions": (opinions.KINDS, answered.KINDS),
    "levels of opinions": (opinions.LEVELS, opinion.LEVELS),
    "outcomes of claims": (opinions.OUTCOMES, opinion.OUTCOMES),
    "decisions of reviews": (opinions.DECISIONS, opinion.DECISIONS),
    "remedies": (opinions.REMEDIES, opinion.REMEDIES),
    "findings": (opinions.FINDINGS, checks.LEVELS),
    "roles": (roles.NAMES, ROLES),
}


@pytest.mark.parametrize("what", SAME)
def test_the_words_are_for_the_codes_that_there_are(what):
    ours, theirs = SAME[what]
    assert set(ours) == set(theirs)


@pytest.mark.parametrize(
    ("what", "ours", "theirs"),
    [
        ("outcomes", opinions.OUTCOMES, opinion.OUTCOMES),
        ("decisions", opinions.DECISIONS, opinion.DECISIONS),
        ("levels", opinions.LEVELS, opinion.LEVELS),
        ("moves of papers", case_words.PAPER_MOVES, documents.MOVE_NAMES),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_papers_say_is_said_in_the_same_words(what, ours, theirs):
    assert {code: ours[code] for code in theirs} == dict(theirs), what


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (given_names.ACTIONS, {a.name: a.title for a in PROCEDURE.actions.values()}),
        (given_names.CLOCKS, {code: clock.name for code, clock in PROCEDURE.clocks.items()}),
        (given_names.FIELDS, {name: field.title for name, field in PROCEDURE.fields.items()}),
        (given_names.PAPERS, {code: paper.name for code, paper in PAPERS.items()}),
    ],
    ids=["actions", "clocks", "fields", "papers"],
)
def test_names_that_routing_gives_are_those_of_its_standards(ours, theirs):
    assert ours == theirs


def test_service_is_proved_as_the_procedure_asks():
    asked = {one["name"]: one for one in papers.SERVICE}
    assert set(asked["method"]["choices"]) == set(service.METHODS)
    for name, methods in service.NEEDED_FOR.items():
        assert set(asked[name]["needed_for"]["method"]) == set(methods), name
