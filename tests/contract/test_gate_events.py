"""The gate on events: what may change at a producer, at a reader, and in which order."""

import json

import pytest
from gate.checking import in_order
from gate.deployments import deployed
from gate.verdicts import OK, passes
from golden import EXAMPLES
from marshmallow import Schema, fields
from schemas import json_schema
from sites import (
    World,
    define,
    event,
    field,
    read,
    reads_too,
    retires,
    sends,
    without,
)

REGISTERED, REGISTERED_2 = "petition.registered.v1", "petition.registered.v2"
FROM_INTAKE, FROM_INTAKE_2 = f"intake.{REGISTERED}", f"intake.{REGISTERED_2}"
READERS = ("routing", "supervision")
ACCEPTED = "case.accepted.v1"
V2 = (sends(REGISTERED_2, like=REGISTERED), retires(REGISTERED))


def breaks(world, service, *changes):
    world.release(service, "0.2.0", *changes)
    return world.refusals(service, "0.2.0")


@pytest.mark.parametrize("service", ["intake", "routing", "supervision", "satisfaction"])
def test_the_tree_as_it_is_passes(world: World, service):
    assert breaks(world, service) == []
    assert {row.verdict for row in world.rows(service, "0.2.0")} == {OK}


def test_a_removed_field_names_who_needs_it_and_what_to_do(world):
    assert breaks(world, "intake", event(REGISTERED, without("petition_no")))[0] == (
        "routing 0.1.0 in prod needs `petition_no` of petition.registered.v1, which intake 0.2.0 "
        "no longer sends. Keep the field, or upgrade routing first."
    )


def test_a_removed_field_that_nobody_reads_passes(world):
    unread = event("evaluation.recorded.v1", without("simulated"))
    assert breaks(world, "satisfaction", unread) == []


def test_a_removed_field_that_is_read_only_where_it_is_there_is_refused(world):
    (why,) = breaks(world, "intake", event("petition.text.v1", without("place")))
    assert "routing 0.1.0 in prod reads `place` of petition.text.v1" in why


def test_a_removed_field_deep_inside_is_refused(world):
    change = define("Clock", without("due_day"))
    assert any(
        "needs `header.clocks[].due_day` of case.accepted.v1, which routing 0.2.0 no longer" in why
        for why in breaks(world, "routing", event(ACCEPTED, change))
    )


def test_a_field_that_may_be_left_out_now_is_refused(world):
    whys = breaks(world, "intake", event(REGISTERED, field("secret", required=False)))
    assert any(
        "`secret` of petition.registered.v1, which intake 0.2.0 may leave" in w for w in whys
    )


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"type": "integer"}, "only as true or false; intake 0.2.0 may send a whole number"),
        ({"type": ["boolean", "null"]}, "may send null"),
        ({"enum": [True, "maybe"]}, 'may send one of "maybe"'),
    ],
)
def test_another_type_is_refused(world, changed, sentence):
    whys = breaks(world, "intake", event(REGISTERED, field("secret", **changed)))
    assert any(sentence in why for why in whys), whys


def test_a_time_that_becomes_any_text_is_refused(world):
    whys = breaks(world, "intake", event(REGISTERED, field("received_at", type="string")))
    assert whys == [
        "routing 0.1.0 in prod takes `received_at` of petition.registered.v1 only as a time "
        "(date-time); intake 0.2.0 may send a text. Send it as before, or upgrade routing first."
    ]


@pytest.mark.parametrize("local", [fields.NaiveDateTime, fields.DateTime])
def test_a_time_that_loses_its_offset_is_refused(world, local):
    loses = json_schema(Schema.from_dict({"received_at": local()}))["properties"]["received_at"]
    (why,) = breaks(world, "intake", event(REGISTERED, field("received_at", **loses)))
    assert "only as a time (date-time); intake 0.2.0 may send a time without its offset" in why


def test_what_is_wrong_with_many_types_is_said_once_to_each_reader(world):
    types = [ACCEPTED, "case.closed.v1", "case.opened.v1"]
    changes = [event(name, define("Header", without("report_due"))) for name in types]
    assert breaks(world, "routing", *changes) == [
        f"{reader} 0.1.0 in prod reads `header.report_due` of case.accepted.v1 and 2 more types, "
        f"which routing 0.2.0 no longer sends. Keep the field, or upgrade {reader} first."
        for reader in ("supervision", "sync-municipal")
    ]


def test_items_of_a_list_of_another_type_are_refused(world):
    change = define("Header", field("petition_ids", type="array", items={"type": "integer"}))
    whys = breaks(world, "routing", event(ACCEPTED, change))
    assert any("`header.petition_ids[]` of case.accepted.v1 only as a text" in why for why in whys)


@pytest.mark.parametrize(
    "narrower", [{"maxLength": 20}, {"pattern": "^XF"}, {"enum": ["XF1"]}, {"minLength": 1}]
)
def test_a_producer_may_promise_more_than_before(world, narrower):
    narrow = {"type": "string", **narrower}
    assert breaks(world, "intake", event(REGISTERED, field("petition_no", **narrow))) == []


def test_an_added_field_passes(world):
    new = field("language", required=True, type="string")
    assert breaks(world, "intake", event(REGISTERED, new)) == []


def test_a_new_type_waits_for_its_reader(world):
    (why,) = breaks(world, "routing", sends("case.suspended.v1", like=ACCEPTED))
    assert "case.suspended.v1, which nobody in prod hears" in why
    assert "Readers first" in why


def test_a_new_type_that_is_declared_to_have_no_reader_yet_passes(world):
    new = sends("case.suspended.v1", like=ACCEPTED, optional=True)
    assert breaks(world, "routing", new) == []
    (note,) = world.notes("routing", "0.2.0")
    assert note.startswith("If routing 0.1.0 comes back, rows of case.suspended.v1")


def test_a_new_type_passes_once_its_reader_is_deployed(world):
    heard = reads_too("routing.case.suspended.v1", like=f"routing.{ACCEPTED}")
    assert breaks(world, "supervision", heard) == []
    assert any("nobody in prod sends yet" in note for note in world.notes("supervision", "0.2.0"))
    world.deploy(supervision="0.2.0")
    assert breaks(world, "routing", sends("case.suspended.v1", like=ACCEPTED)) == []


def test_two_versions_of_one_type_at_once_are_refused(world):
    both = sends(REGISTERED_2, like=REGISTERED, optional=True)
    (why,) = breaks(world, "intake", both)
    assert "intake 0.2.0 sends petition.registered.v1 and petition.registered.v2" in why
    assert "one fact would be told, and counted, twice" in why


def test_a_switch_to_v2_waits_for_every_reader_and_then_passes(world):
    first = breaks(world, "intake", *V2)
    for reader in READERS:
        assert any(f"{reader} 0.1.0 in prod only hears {REGISTERED}" in why for why in first)
    for number, reader in enumerate(READERS, start=1):
        assert breaks(world, reader, reads_too(FROM_INTAKE_2, like=FROM_INTAKE)) == []
        world.deploy(**{reader: "0.2.0"})
        left = [why for why in world.refusals("intake", "0.2.0") if "only hears" in why]
        assert len(left) == len(READERS) - number
    assert world.refusals("intake", "0.2.0") == []


def test_after_a_switch_the_old_type_is_heard_until_its_sender_forgets_it(world):
    for reader in READERS:
        world.release(reader, "0.2.0", reads_too(FROM_INTAKE_2, like=FROM_INTAKE))
        world.deploy(**{reader: "0.2.0"})
    world.release("intake", "0.2.0", *V2)
    world.deploy(intake="0.2.0")
    forget = lambda content: content["reads"].pop(FROM_INTAKE)  # noqa: E731
    world.release("routing", "0.3.0", forget, of="0.2.0")
    (why,) = world.refusals("routing", "0.3.0")
    assert why.startswith("routing 0.3.0 no longer hears intake.petition.registered.v1, which")
    assert "keeps in its log" in why
    world.release("intake", "0.3.0", lambda c: c["produces"].pop(REGISTERED), of="0.2.0")
    assert world.refusals("intake", "0.3.0") == []
    assert any("are not replayed any more" in note for note in world.notes("intake", "0.3.0"))
    world.deploy(intake="0.3.0")
    assert world.refusals("routing", "0.3.0") == []


def test_a_reader_does_not_go_back_to_a_version_that_knows_only_v1(world):
    for reader in READERS:
        world.release(reader, "0.2.0", reads_too(FROM_INTAKE_2, like=FROM_INTAKE))
        world.deploy(**{reader: "0.2.0"})
    world.release("intake", "0.2.0", *V2)
    world.deploy(intake="0.2.0")
    (why,) = world.refusals("routing", "0.1.0")
    assert "routing 0.1.0 no longer hears intake.petition.registered.v2" in why


def test_a_type_that_stops_without_a_successor_is_refused(world):
    whys = breaks(world, "intake", retires(REGISTERED))
    assert any("supervision 0.1.0 in prod hears petition.registered.v1, which" in w for w in whys)


def test_a_type_is_retired_before_it_is_forgotten(world):
    whys = breaks(world, "satisfaction", lambda c: c["produces"].pop("evaluation.recorded.v1"))
    assert whys == [
        "satisfaction 0.2.0 no longer declares evaluation.recorded.v1, which lies in its log: a "
        "replay or rebuild would leave it out. Keep it declared with retired=True."
    ]


def test_a_renamed_type_is_refused(world):
    def rename(content):
        content["produces"]["case.taken.v1"] = content["produces"].pop(ACCEPTED)

    whys = breaks(world, "routing", rename)
    assert any("supervision 0.1.0 in prod hears case.accepted.v1" in why for why in whys)
    assert any("case.taken.v1, which nobody in prod hears" in why for why in whys)


def test_a_reader_may_not_need_what_its_producer_does_not_send(world):
    needs = read(FROM_INTAKE, field("language", required=True, type="string"))
    assert breaks(world, "routing", needs)[0] == (
        "routing 0.2.0 needs `language` of petition.registered.v1, which intake 0.1.0 does not "
        "send. It runs in prod. Give the field a default."
    )


def test_a_reader_may_not_need_what_older_versions_left_out_of_their_logs(world):
    new = event(REGISTERED, field("language", required=True, type="string"))
    world.release("intake", "0.2.0", new)
    world.deploy(intake="0.2.0")
    needs = read(FROM_INTAKE, field("language", required=True, type="string"))
    whys = breaks(world, "routing", needs)
    assert any("intake 0.1.0 does not send. Its events may still wait" in why for why in whys)


def test_a_version_that_never_ran_here_is_only_a_note(world):
    world.release("intake", "0.9.0", event(REGISTERED, without("channel")))
    assert breaks(world, "routing") == []
    assert any("intake 0.9.0" in note for note in world.notes("routing", "0.2.0"))


def test_a_reader_may_take_a_field_that_comes_only_now_and_then(world):
    reads = read(FROM_INTAKE, field("language", type=["string", "null"], default=None))
    assert breaks(world, "routing", reads) == []


@pytest.mark.parametrize(
    "narrower",
    [
        {"type": "string", "enum": ["web", "letter"]},
        {"type": "string", "maxLength": 5},
        {"type": "string", "pattern": "^[a-z]+$"},
        {"type": "integer"},
    ],
)
def test_a_reader_that_takes_less_is_refused(world, narrower):
    whys = breaks(world, "routing", read(FROM_INTAKE, field("channel", **narrower)))
    assert any("`channel` of petition.registered.v1 only as" in why for why in whys)


def test_a_stored_example_that_a_reader_cannot_read_is_named(world):
    needs = read(FROM_INTAKE, field("language", required=True, type="string"))
    whys = breaks(world, "routing", needs)
    more = len(list((EXAMPLES / FROM_INTAKE).glob("*.json"))) - 1
    assert any(
        f"{FROM_INTAKE}/001-forwarded-to-closed.json and {more} more: routing 0.2.0 "
        'does not read it: data: "language" is a required property' in why
        for why in whys
    )


def test_a_reader_that_stops_hearing_what_is_sent_is_refused(world):
    whys = breaks(world, "routing", lambda content: content["reads"].pop(FROM_INTAKE))
    assert any("no longer hears intake.petition.registered.v1" in why for why in whys)


def test_the_last_reader_of_a_type_may_not_leave_it_to_nobody(world):
    key = "intake.petition.text.v1"
    whys = breaks(world, "routing", lambda content: content["reads"].pop(key))
    assert whys == [
        "routing 0.2.0 no longer hears intake.petition.text.v1, which intake 0.1.0 in prod sends: "
        "it would stay unknown in the inbox. Go on hearing it until no deployed intake knows it."
    ]


def test_an_edited_example_is_refused(world):
    folder = world.site.contract / "examples/intake.petition.registered.v1"
    path = folder / "001-forwarded-to-closed.json"
    envelope = json.loads(path.read_text())
    envelope["data"]["channel"] = "letter"
    path.write_text(json.dumps(envelope))
    (folder / "002-assigned-anonymous.json").unlink()
    edited, gone = breaks(world, "routing")
    assert "001-forwarded-to-closed.json was edited since intake 0.1.0 was released" in edited
    assert "002-assigned-anonymous.json is gone since intake 0.1.0" in gone


def test_a_first_version_is_held_against_everything_else(world):
    for path in (world.site.released / "supervision").iterdir():
        path.unlink()
    del world.tags["supervision"]
    world.deploy()
    world.release("supervision", "0.1.0")
    assert world.refusals("supervision", "0.1.0") == []
    assert world.notes("supervision", "0.1.0") == [
        "supervision is not deployed in prod yet: this is its first version."
    ]


def test_changes_of_several_services_pass_in_the_order_that_is_found(world):
    both = reads_too(FROM_INTAKE_2, like=FROM_INTAKE)
    trees = [
        world.release("intake", "0.2.0", *V2),
        *(world.release(reader, "0.2.0", both) for reader in READERS),
    ]
    running = deployed(world.site, "prod")
    found = in_order(trees, running, "prod", world.site)
    assert [tree.service for tree, _ in found] == [*READERS, "intake"]
    assert all(passes(rows) for _, rows in found)
    *_, (last, rows) = in_order(trees[:2], running, "prod", world.site)
    assert (last.service, passes(rows)) == ("intake", False)
