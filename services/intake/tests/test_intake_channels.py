"""Channels as data: opened, closed, asked about at each registration, counted with their cost."""

import pytest

from intake.domain.channels import NAMES
from shared.testing import hear, mark

FAX = {"name": "传真", "kind": "letter", "cost": 300}


def put(desk, code, **channel):
    return desk.put(f"/v1/channels/{code}", token=desk.token("admin"), json=FAX | channel)


def reasons(answer):
    return {error["field"]: error["reason"] for error in answer.json["errors"]}


def test_a_new_office_has_channels_of_all_four_kinds(desk):
    items = desk.get("/v1/channels", token=desk.token("registrar")).json["items"]
    assert {one["code"]: (one["kind_name"], one["public"]) for one in items} == {
        "web": ("网信", True), "app": ("网信", True), "wechat": ("网信", False),
        "email": ("网信", False), "mailbox": ("网信", True), "open311": ("网信", False),
        "letter": ("来信", False),
        "visit": ("来访", False), "hotline": ("来电", False),
    }  # fmt: skip
    assert {one["code"]: one["name"] for one in items} == NAMES
    assert all(one["active"] and one["cost"] == 100 for one in items)


def test_an_office_opens_a_channel_and_its_client_posts_by_it_without_a_new_release(desk):
    own = desk.token("channel:fax")
    refused = desk.register(token=own, channel="fax")
    assert (refused.status_code, reasons(refused)) == (422, {"channel": "没有这个渠道。"})
    answer = put(desk, "fax")
    assert (answer.status_code, answer.json) == (
        200,
        {"code": "fax", "kind_name": "来信", "active": True, "public": False, **FAX},
    )
    assert desk.register(token=own, channel="fax").status_code == 201
    assert desk.register(token=own, channel="web").status_code == 403


def test_a_closed_channel_takes_nothing_but_history(desk):
    put(desk, "hotline", name="热线来电", kind="call", active=False)
    refused = desk.register(channel="hotline")
    assert (refused.status_code, reasons(refused)) == (422, {"channel": "该渠道已停用。"})
    old = desk.register("importer", channel="hotline", at="2020-03-02T09:00:00+08:00")
    assert old.status_code == 201
    put(desk, "hotline", name="热线来电", kind="call")
    assert desk.register(channel="hotline").status_code == 201


def test_citizens_post_by_public_channels_alone(desk):
    def posted(channel):
        body = {"channel": channel, "title": "路灯不亮", "content": "坏了一个月。"}
        return desk.post("/v1/public/petitions", json=body)

    assert posted("web").status_code == 201
    refused = posted("fax")
    assert (refused.status_code, reasons(refused)) == (422, {"channel": "没有这个渠道。"})
    put(desk, "fax")
    refused = posted("fax")
    assert reasons(refused) == {"channel": "该渠道不对公众直接开放。"}
    put(desk, "fax", public=True)
    assert posted("fax").status_code == 201


@pytest.mark.parametrize(
    ("code", "change", "field"),
    [
        ("Fax", {}, "code"),
        ("f", {}, "code"),
        ("a" * 21, {}, "code"),
        ("fax", {"kind": "fax"}, "kind"),
        ("fax", {"cost": -1}, "cost"),
        ("fax", {"cost": 1.5}, "cost"),
        ("fax", {"name": ""}, "name"),
        ("fax", {"open": True}, "open"),
    ],
)
def test_a_channel_that_makes_no_sense_is_refused_by_field(desk, code, change, field):
    answer = put(desk, code, **change)
    assert (answer.status_code, set(reasons(answer))) == (422, {field})
    items = desk.get("/v1/channels", token=desk.token("admin")).json["items"]
    assert len(items) == len(NAMES)


@pytest.mark.parametrize("role", ["registrar", "dispatcher", "supervisor", "channel:web"])
def test_only_the_administrator_changes_channels_and_everybody_sees_them(desk, role):
    token = desk.token(role)
    assert desk.put("/v1/channels/fax", token=token, json=FAX).status_code == 403
    assert desk.get("/v1/channels", token=token).status_code == 200


@pytest.mark.parametrize("app", ["sqlite", "postgres"], indirect=True)
def test_what_came_by_each_channel_is_counted_by_kind_with_its_cost(app, desk, story):
    def history(**changes):
        assert desk.register("importer", **changes).status_code == 201

    put(desk, "visit", name="来访", kind="visit", cost=1500)
    for channel, day in (("visit", "01"), ("visit", "31"), ("email", "15"), ("wechat", "15")):
        history(channel=channel, at=f"2026-01-{day}T23:59:59+08:00")
    history(channel="visit", at="2026-02-01T00:00:00+08:00")

    def counted(query="", account="sun"):
        token = desk.token("supervisor", account=account)
        found = desk.get(f"/v1/channels/counts{query}", token=token).json
        channels = {c["code"]: (c["petitions"], c["cost"]) for c in found["channels"]}
        kinds = {k["kind_name"]: k["petitions"] for k in found["kinds"]}
        return channels, kinds

    channels, kinds = counted("?since=2026-01-01&until=2026-01-31")
    assert (channels["visit"], channels["email"], channels["web"]) == ((2, 3000), (1, 100), (0, 0))
    assert kinds == {"网信": 2, "来信": 0, "来访": 2, "来电": 0}
    assert counted()[1]["来访"] == 3
    assert counted("?until=2026-01-30")[1]["来访"] == 1
    secret = story(
        desk.registered(channel="visit", purpose="accusation")["petition_id"], secret=True
    )
    hear(app, secret.then("opened"), secret.then("forwarded"))
    hear(app, secret.then("access_changed", withheld_from=[mark("qian")], named_readers=[]))
    assert (counted()[1]["来访"], counted(account="qian")[1]["来访"]) == (4, 3)


def test_a_period_that_ends_before_it_begins_is_refused(desk):
    path = "/v1/channels/counts?since=2026-02-01&until=2026-01-31"
    answer = desk.get(path, token=desk.token("leader"))
    assert (answer.status_code, set(reasons(answer))) == (422, {"until"})
