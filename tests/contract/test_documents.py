"""OpenAPI and AsyncAPI documents for people are valid, and say what the code does."""

import json
import shutil
import subprocess
import tarfile
from pathlib import Path

import jsonschema_rs
import pytest
from golden import ASYNCAPI, EXAMPLES, HTTP
from openapi_spec_validator import OpenAPIV31SpecValidator

from shared.service import find_services

ROOT = Path(__file__).resolve().parents[2]
SPECS = "@asyncapi/specs@6.11.1"
SERVICES = {service.name: service for service in find_services()}
each_service = pytest.mark.parametrize("name", sorted(SERVICES))


def asyncapi_of(name):
    return json.loads((ASYNCAPI / f"{name}.asyncapi.json").read_text(encoding="utf-8"))


def target(document, ref):
    """What a reference points to."""
    for step in ref.removeprefix("#/").split("/"):
        document = document[step.replace("~1", "/").replace("~0", "~")]
    return document


def references(node):
    if isinstance(node, dict):
        yield from [node["$ref"]] if "$ref" in node else []
        for value in node.values():
            yield from references(value)
    if isinstance(node, list):
        for value in node:
            yield from references(value)


@each_service
def test_the_openapi_document_is_valid(name):
    document = json.loads((HTTP / f"{name}.openapi.json").read_text(encoding="utf-8"))
    assert [error.message for error in OpenAPIV31SpecValidator(document).iter_errors()] == []


@each_service
def test_every_reference_of_the_asyncapi_document_leads_somewhere(name):
    document = asyncapi_of(name)
    assert all(target(document, ref) for ref in references(document))


@each_service
def test_the_asyncapi_document_says_what_is_sent_and_heard(name):
    service, operations = SERVICES[name], asyncapi_of(name)["operations"]
    sent = {f"send.{name}.{event.name}" for event in service.events if not event.retired}
    heard = {f"receive.{key}" for key in service.subscriptions.bindings()}
    assert set(operations) == sent | heard


@each_service
def test_stored_examples_fit_the_messages_of_the_asyncapi_document(name):
    document, seen = asyncapi_of(name), 0
    for key, message in document["components"]["messages"].items():
        whole = {**message["payload"], "components": document["components"]}
        validator = jsonschema_rs.validator_for(whole, validate_formats=True)
        for path in sorted(EXAMPLES.glob(f"{key}/*.json")):
            validator.validate(json.loads(path.read_text(encoding="utf-8")))
            seen += 1
    assert seen or not SERVICES[name].talks


@pytest.fixture(scope="session")
def official_schema():
    """AsyncAPI's own JSON Schema, which npm fetches once into the virtual environment."""
    folder = ROOT / ".venv/asyncapi"
    schema = folder / "package/schemas/3.0.0.json"
    if not schema.exists():
        npm = shutil.which("npm")
        if npm is None:
            pytest.skip("AsyncAPI's schema comes by npm, which is not installed")
        folder.mkdir(exist_ok=True)
        done = subprocess.run(
            [npm, "pack", SPECS], cwd=folder, capture_output=True, text=True, check=False
        )
        if done.returncode:
            pytest.skip(f"npm cannot fetch {SPECS}: {done.stderr.strip()[-200:]}")
        with tarfile.open(next(folder.glob("*.tgz"))) as archive:
            archive.extractall(folder, filter="data")
    return json.loads(schema.read_text(encoding="utf-8"))


@each_service
def test_the_asyncapi_document_is_valid_by_the_official_schema(name, official_schema):
    validator = jsonschema_rs.validator_for(official_schema)
    found = [
        (list(e.instance_path), e.message[:200]) for e in validator.iter_errors(asyncapi_of(name))
    ]
    assert found == []
