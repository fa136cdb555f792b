"""Fixtures: a routing of the test's own on either database."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from routing_bench import Bench

from routing.service import SERVICE
from shared.testing import MORNING, make_app

MakeBench = Callable[..., Bench]


@pytest.fixture
def make_bench(tmp_path: Any) -> Iterator[MakeBench]:
    """Starts a routing with settings of the test's own."""
    apps = []

    def make(*, database_url: str | None = None, **settings: str) -> Bench:
        apps.append(make_app(SERVICE, tmp_path, database_url=database_url, **settings))
        apps[-1].clock.at = MORNING
        return Bench(apps[-1])

    yield make
    for app in apps:
        app.close()


@pytest.fixture
def bench(make_bench: MakeBench) -> Bench:
    """A routing on SQLite."""
    return make_bench()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.servers)])
def any_bench(request: pytest.FixtureRequest, make_bench: MakeBench) -> Bench:
    """A routing on each kind of database."""
    if request.param == "sqlite":
        return make_bench()
    return make_bench(database_url=request.getfixturevalue("postgres_url"))
