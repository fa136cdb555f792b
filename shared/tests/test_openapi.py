"""Whatever a caller makes of a service's /openapi.json, no answer is a server error."""

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode, openapi
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from shared.auth import ROLES
from shared.service import find_services
from shared.testing import Office, make_app

SERVICES = {service.name: service for service in find_services()}
CHECKS = (
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
)
EXAMPLES, EXAMPLES_LEAST, EXAMPLES_IN_ALL = 12, 2, 400
"""Requests of each kind to an operation: fewer where a service has very many operations."""


def bounded(operations):
    """How much is sent to each of so many operations."""
    return settings(
        max_examples=max(EXAMPLES_LEAST, min(EXAMPLES, EXAMPLES_IN_ALL // operations)),
        phases=(Phase.explicit, Phase.generate),
        suppress_health_check=list(HealthCheck),
        deadline=None,
        derandomize=True,
    )


@pytest.mark.parametrize("name", SERVICES)
def test_no_request_that_fits_or_breaks_the_document_is_a_server_error(name, tmp_path):
    app = make_app(SERVICES[name], tmp_path)
    office = Office(app)
    staff = {"Authorization": f"Bearer {office.token(*ROLES)}"}
    citizen = {"Authorization": f"Bearer {office.citizen_token('p1')}"}
    document = openapi.from_wsgi("/openapi.json", office.client.application)
    operations = [found.ok() for found in document.get_all_operations()]
    assert operations
    for operation in operations:
        whose = operation.definition.raw.get("security", [{}])[0]
        for mode in modes_of(operation):
            headers = citizen if "citizen" in whose else staff
            send(operation, mode=mode, headers=headers, limits=bounded(len(operations)))
    app.close()


def modes_of(operation):
    """Requests that fit; and such as break the document, where it says anything to be broken."""
    raw = operation.definition.raw
    texts = all(one["schema"] == {"type": "string"} for one in raw["parameters"])
    if texts and not {"security", "requestBody"} & set(raw):
        return [GenerationMode.POSITIVE]
    return [GenerationMode.POSITIVE, GenerationMode.NEGATIVE]


def send(operation, *, mode, headers, limits):
    """Requests of one kind to one operation, each answer held against the document."""

    @limits
    @given(case=operation.as_strategy(generation_mode=mode))
    def answer(case):
        case.call_and_validate(headers=headers, checks=CHECKS)

    answer()
