"""Fixtures that lend tests a real RabbitMQ and a real PostgreSQL, started when first asked for.

TEST_BUS_URL and TEST_DATABASE_URL (an administrator's URL) name servers to use instead.
"""

import os
import uuid
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from local.postgres import Databases, PrivatePostgres
from local.servers import PrivateRabbit

# No test may fail because the machine is busy.
settings.register_profile(
    "any_machine", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("any_machine")


@pytest.fixture(scope="session")
def private_rabbit() -> Iterator[PrivateRabbit]:
    """A RabbitMQ that a test may kill, if it starts it again."""
    with PrivateRabbit() as server:
        yield server


@pytest.fixture(scope="session")
def rabbit_url(request: pytest.FixtureRequest) -> str:
    """An AMQP URL with all rights in its virtual host."""
    given = os.environ.get("TEST_BUS_URL")
    return given or request.getfixturevalue("private_rabbit").url


@pytest.fixture(scope="session")
def private_postgres() -> Iterator[PrivatePostgres]:
    """A PostgreSQL that a test may kill, if it starts it again."""
    with PrivatePostgres() as server:
        yield server


@pytest.fixture(scope="session")
def postgres_server(request: pytest.FixtureRequest) -> Databases:
    """A PostgreSQL to create databases in."""
    given = os.environ.get("TEST_DATABASE_URL")
    return Databases(given) if given else request.getfixturevalue("private_postgres")


@pytest.fixture
def postgres_url(postgres_server: Databases) -> Iterator[str]:
    """An empty database of the test's own."""
    name = f"t_{uuid.uuid4().hex[:12]}"
    yield postgres_server.create_database(name)
    postgres_server.drop_database(name)
