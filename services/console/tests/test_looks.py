"""How days and sentences read in each language."""

import datetime as dt

import pytest
from flask import session

from console.pages import looks
from console.service import SERVICE
from shared.testing import make_app
from shared.web.app import create_app


@pytest.fixture(scope="module")
def flask(tmp_path_factory):
    """The console alone."""
    app = make_app(SERVICE, tmp_path_factory.mktemp("looks"))
    yield create_app(app)
    app.close()


@pytest.fixture(params=["zh", "en"])
def language(flask, request):
    """A reader of this language."""
    with flask.test_request_context():
        session["language"] = request.param
        yield request.param


def test_a_sentence_says_a_day_as_its_reader_would(language):
    said = {"zh": "2026年3月2日", "en": "March 2, 2026"}[language]
    assert looks.long_day("2026-03-02") == said
    assert looks.long_day(dt.date(2026, 3, 2)) == said
    assert looks.long_moment("2026-03-01T17:30:00Z") == f"{said} 01:30"
    assert looks.long_day(None) == looks.long_moment(None) == ""


def test_sentences_stand_apart_only_where_the_language_parts_them(language):
    between = {"zh": "", "en": " "}[language]
    assert looks.sentences(["每行一个。", "", "最多50字。"]) == f"每行一个。{between}最多50字。"
