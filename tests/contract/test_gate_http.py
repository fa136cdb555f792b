"""The gate on HTTP: callers of the deployed version may go on, and find what they call."""

import copy

import pytest
from gate.bundles import Bundle
from gate.callers import read_callers, served
from gate.freezing import freeze
from sites import ROOT, SERVICES, World, field, operation, schema, without

REGISTER, FOLLOW = "/v1/petitions", "/v1/public/petitions/{petition_no}"
CASES, ACCEPT = "/v1/cases", "/v1/cases/{case_id}/accept"


def breaks(world, service, *changes):
    world.release(service, "0.2.0", *changes)
    return world.refusals(service, "0.2.0")


def put(*path, to):
    """Put a value somewhere inside an operation."""

    def change(node):
        for step in path[:-1]:
            node = node[step]
        node[path[-1]] = to

    return change


def parameter(which, /, **changes):
    def change(node):
        for found in node["parameters"]:
            if found["name"] == which:
                found.update(copy.deepcopy(changes))

    return change


def no_parameter(name):
    def change(node):
        node["parameters"] = [one for one in node["parameters"] if one["name"] != name]

    return change


def test_a_new_required_field_of_a_body_is_refused(world: World):
    needs = field("district", required=True, type="string")
    whys = breaks(world, "intake", schema("PetitionIn", needs))
    assert whys == [
        "POST /v1/petitions: `district` is new and required: calls of today would be refused. Give "
        "it a default.",
        "console 0.1.0 calls POST /v1/petitions of intake 0.2.0: `district` is required, and the "
        "caller may leave it out. Serve it as before, or upgrade console first.",
        "channel calls POST /v1/petitions of intake 0.2.0: `district` is required, and the caller "
        "may leave it out. Serve it as before, or change that caller first.",
    ]


def test_a_new_optional_field_of_a_body_passes(world):
    new = field("district", type=["string", "null"], default=None)
    assert breaks(world, "intake", schema("PetitionIn", new)) == []


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (field("title", type="string", minLength=1, maxLength=100), "of at most 100 characters"),
        (field("title", type="string", enum=["a"]), '`title` takes only one of "a"'),
        (field("title", type="integer"), "`title` takes only a whole number"),
        (field("title", type="string", pattern="^x"), "`title` takes only a text like ^x"),
        (field("place", type="string", maxLength=300, minLength=1), "callers may send null"),
        (field("place", required=True), "`place` becomes required"),
        (field("secrecy", enum=[False]), "`secrecy` takes only one of false"),
        (without("place"), "`place`, which callers send, would be refused"),
        (field("purpose", type="string", enum=["petition"]), 'may send one of "suggestion"'),
        (field("received_at", type=["string", "null"], format="date"), "`received_at` takes only"),
    ],
)
def test_a_body_that_takes_less_is_refused(world, change, sentence):
    whys = breaks(world, "intake", schema("PetitionIn", change))
    assert any(why.startswith("POST /v1/petitions: ") and sentence in why for why in whys), whys


def test_a_nested_field_that_becomes_required_is_refused(world):
    whys = breaks(world, "intake", schema("PetitionerIn", field("name", required=True)))
    assert any("POST /v1/petitions: `petitioner.name` becomes required" in why for why in whys)
    assert any("public-portal" in why or "POST /v1/public/petitions:" in why for why in whys)


@pytest.mark.parametrize(
    "change",
    [
        field("title", type="string", minLength=1, maxLength=500),
        field("title", type="string"),
        field("purpose", type="string", enum=["petition", "suggestion", "accusation", "inquiry",
                                              "other", "thanks"]),
        field("content", required=False),
    ],
)  # fmt: skip
def test_a_body_that_takes_more_passes(world, change):
    assert breaks(world, "intake", schema("PetitionIn", change)) == []


def test_a_body_that_was_not_needed_is_refused(world):
    content = {"application/json": {"schema": {"type": "object"}}}
    body = put("requestBody", to={"required": True, "content": content})
    path = "/v1/ops/dead/{seq}/discard"
    assert any(
        "a body becomes required" in w
        for w in breaks(world, "intake", operation("post", path, body))
    )


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (without("petition_no"), "answer 200: `petition_no`, which callers read, is gone"),
        (
            field("petition_no", required=False),
            "`petition_no`, which callers read, may be left out",
        ),
        (field("petition_no", type=["string", "null"]), "may now be null: callers do not expect"),
        (field("petition_no", type="integer"), "may now be a whole number"),
        (field("stages", type="array", items={"type": "string"}), "`stages[]` was"),
    ],
)
def test_an_answer_that_old_callers_cannot_read_is_refused(world, change, sentence):
    whys = breaks(world, "intake", schema("ProgressOut", change))
    assert any(why.startswith(f"GET {FOLLOW}: answer 200") and sentence in why for why in whys), (
        whys
    )


def test_a_new_value_of_a_closed_list_in_an_answer_is_refused(world):
    closed = schema("StageOut", field("stage", type="string", enum=["registered", "closed"]))
    world.release("intake", "0.2.0", closed)
    world.deploy(intake="0.2.0")
    more = schema("StageOut", field("stage", type="string", enum=["registered", "closed", "lost"]))
    world.release("intake", "0.3.0", more)
    assert world.refusals("intake", "0.3.0") == [
        f'GET {FOLLOW}: answer 200: `stages[].stage` was one of "registered", "closed", and may '
        'now be one of "lost": callers do not expect it. Answer as before, or in a new field.'
    ]


def test_a_list_in_an_answer_may_lose_a_value(world):
    closed = schema("StageOut", field("stage", type="string", enum=["registered", "closed"]))
    assert breaks(world, "intake", closed) == []


def test_a_field_of_an_answer_that_was_optional_may_not_vanish(world):
    whys = breaks(world, "routing", schema("CaseOut", without("place")))
    assert (
        f"GET {CASES}: answer 200: `items[].place`, which callers read, is gone. Keep it." in whys
    )


def test_a_new_field_of_an_answer_passes(world):
    new = field("district", required=True, type="string")
    assert breaks(world, "routing", schema("CaseOut", new)) == []


def test_a_route_that_is_gone_is_refused(world):
    whys = breaks(world, "intake", lambda c: c["http"]["paths"].pop("/v1/counts"))
    assert whys == [
        "GET /v1/counts, which intake 0.1.0 offers, is gone. Keep it while anyone calls it."
    ]


def test_a_new_route_passes(world):
    def add(content):
        content["http"]["paths"]["/v1/new"] = content["http"]["paths"]["/v1/counts"]

    assert breaks(world, "intake", add) == []


def test_another_name_of_a_path_parameter_is_harmless(world):
    def rename(content):
        found = content["http"]["paths"].pop(FOLLOW)
        found["get"]["parameters"][0]["name"] = "number"
        content["http"]["paths"]["/v1/public/petitions/{number}"] = found

    assert breaks(world, "intake", rename) == []


@pytest.mark.parametrize(
    ("method", "path", "change", "sentence"),
    [
        ("post", REGISTER, put("responses", "202", to={"description": "Later."}), "202 instead of"),
        ("post", ACCEPT, parameter("If-Match", name="If-Is"), "`If-Match`, which callers send"),
        ("post", REGISTER, parameter("Idempotency-Key", required=True), "becomes required"),
        ("post", REGISTER, no_parameter("Idempotency-Key"), "is not taken any more"),
        ("get", CASES, no_parameter("unit"), "the query parameter `unit`, which callers send"),
        ("get", CASES, parameter("limit", schema={"type": "integer", "minimum": 1, "maximum": 100}),
         "`limit`: the value takes only a whole number from 1, up to 100"),
        ("get", CASES, parameter("state", schema={"type": "string", "enum": ["closed"]}),
         "query parameter `state`"),
        ("get", ACCEPT.rpartition("/")[0], parameter("case_id", schema={"type": "integer"}),
         "the path parameter `case_id`: the value takes only a whole number"),
        ("post", ACCEPT, put("responses", "200", "headers", to={}), "has no header etag any more"),
        ("get", CASES, put("responses", "200", "content", to={"text/csv": {"schema": {}}}),
         "answer 200 is no longer application/json"),
        ("get", CASES, put("x-roles", to=["dispatcher"]), "staff auditor, staff handler"),
        ("get", CASES, put("security", to=[{"citizen": []}]), "may not call it any more"),
    ],
)  # fmt: skip
def test_an_operation_that_offers_less_is_refused(world, method, path, change, sentence):
    service = "intake" if path == REGISTER else "routing"
    if "202" in sentence:
        plain = change
        change = lambda node: (node["responses"].pop("201"), plain(node))  # noqa: E731
    whys = breaks(world, service, operation(method, path, change))
    assert any(f"{method.upper()} {path}: " in why and sentence in why for why in whys), whys


def test_a_public_route_that_asks_for_a_token_is_refused(world):
    closed = put("security", to=[{"citizen": []}])
    whys = breaks(world, "intake", operation("post", "/v1/public/petitions", closed))
    assert any("who has no token may not call it any more" in why for why in whys)


def test_a_public_route_that_takes_a_token_and_needs_none_passes(world):
    either = put("security", to=[{}, {"holder": []}])
    assert breaks(world, "intake", operation("post", "/v1/public/petitions", either)) == []


def test_a_new_required_parameter_is_refused(world):
    def add(node):
        wanted = {"in": "query", "name": "year", "required": True, "schema": {"type": "integer"}}
        node["parameters"].append(wanted)

    whys = breaks(world, "routing", operation("get", CASES, add))
    assert any("the query parameter `year` is new and required" in why for why in whys)


def test_a_new_optional_parameter_and_a_new_role_pass(world):
    def add(node):
        node["parameters"].append({"in": "query", "name": "year", "schema": {"type": "integer"}})
        node["x-roles"].append("partner")

    assert breaks(world, "routing", operation("get", CASES, add)) == []


def test_the_declared_callers_are_served_by_the_tree(world):
    servers: dict[str, Bundle] = {n: freeze(s, world.site) for n, s in SERVICES.items()}
    callers = read_callers(ROOT / "tests/contract/callers", ROOT)
    assert [caller.name for caller in callers] == [
        "channel",
        "console",
        "notice-gateway",
        "public-portal",
        "routing",
    ]
    for caller in callers:
        for call in caller.calls:
            assert list(served(call, caller.name, servers[call["to"]])) == []


CLAIM = {
    "to": "intake",
    "method": "POST",
    "path": "/v1/petitions/{petition_id}/unmask",
    "as": "staff handler",
    "headers": ["Idempotency-Key"],
    "body": {
        "type": "object",
        "properties": {"purpose": {"type": "string", "minLength": 2, "maxLength": 100}},
        "required": ["purpose"],
        "additionalProperties": False,
    },
    "answers": {"200": {"type": "object", "properties": {"content": {"type": "string"}}}},
}


def claims(**changes):
    """A version that fetches from intake what events must not carry."""
    return lambda content: content["calls"].append(copy.deepcopy(CLAIM) | changes)


def test_a_claim_check_is_frozen_with_its_caller_and_held_against_the_next_server(world):
    world.release("routing", "0.2.0", claims())
    assert world.refusals("routing", "0.2.0") == []
    world.deploy(routing="0.2.0")
    whys = breaks(world, "intake", schema("PetitionOut", without("content")))
    assert (
        "routing 0.2.0 calls POST /v1/petitions/{petition_id}/unmask of intake 0.2.0: answer 200: "
        "the caller reads `content`, which is not there. Serve it as before, or upgrade routing "
        "first." in whys
    )


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"path": "/v1/petitions/{id}/text"}, "which intake 0.1.0 does not offer"),
        ({"to": "analysis"}, "calls analysis, which prod does not run"),
        ({"as": "staff partner"}, "`staff partner` may not call it"),
        ({"headers": ["If-Match"]}, "the header If-Match means nothing there"),
        ({"body": {"type": "object", "additionalProperties": False}}, "`purpose` is required"),
        ({"answers": {"204": {}}}, "it never answers 204"),
        ({"query": {"full": {"type": "boolean"}}}, "there is no query parameter `full`"),
        ({"files": ["photo"]}, "it takes no file `photo`"),
    ],
)
def test_a_caller_waits_for_its_server(world, change, sentence):
    (why,) = breaks(world, "routing", claims(**change))
    assert sentence in why


def test_a_caller_that_can_do_without_waits_for_nobody_but_must_fit(world):
    ahead = {"path": "/v1/petitions/{id}/text", "optional": True}
    world.release("routing", "0.2.0", claims(**ahead))
    assert world.refusals("routing", "0.2.0") == []
    (why,) = breaks(world, "routing", claims(optional=True, **{"as": "staff partner"}))
    assert "`staff partner` may not call it" in why


def test_a_caller_may_go_first_only_where_the_server_already_serves_it(world):
    world.release("routing", "0.2.0", claims(answers={"200": {"properties": {"fax": {}}}}))
    (why,) = world.refusals("routing", "0.2.0")
    assert "the caller reads `fax`, which is not there" in why
    world.release("intake", "0.2.0", schema("PetitionOut", field("fax", type="string")))
    world.deploy(intake="0.2.0")
    assert world.refusals("routing", "0.2.0") == []
