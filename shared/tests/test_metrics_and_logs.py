"""What operators see: metrics of every service in the process, logs without persons."""

import io
import json
import logging
import threading

import httpx
import pytest
import sqlalchemy as sa
from prometheus_client import generate_latest
from prometheus_client.parser import text_string_to_metric_families

from shared import log
from shared.cli import expose_metrics
from shared.metrics import Instruments, Metrics
from shared.testing import Office
from shared.web.app import create_app, metrics_response


def families(instruments):
    text = generate_latest(instruments.registry).decode()
    assert len({line for line in text.splitlines() if line.startswith("# TYPE")}) == text.count(
        "# TYPE"
    )
    return {family.name: family for family in text_string_to_metric_families(text)}


def samples(family):
    return {sample.labels["service"]: sample.value for sample in family.samples}


def test_two_services_in_one_process_differ_by_label(make_notes):
    first, second = make_notes("intake"), make_notes("routing")
    second.app.metrics.instruments = first.app.instruments
    for notes in (first, second):
        notes.app.metrics.watch(notes.app.gauges)
    first.say("a", "b")
    assert samples(families(first.app.instruments)["outbox_pending"]) == {"intake": 2, "routing": 0}


def test_while_a_database_is_away_the_other_metrics_are_still_read():
    instruments = Instruments()

    def away():
        raise sa.exc.OperationalError("SELECT", {}, Exception("away"))

    Metrics(instruments, "intake").watch(away)
    Metrics(instruments, "routing").watch(lambda: {"outbox_pending": 3})
    Metrics(instruments, "intake").published("note.written.v1", "acked")
    found = families(instruments)
    assert samples(found["outbox_pending"]) == {"routing": 3}
    assert "outbox_published" in found


def test_a_process_is_alive_as_long_as_all_of_its_loops_are(make_notes):
    app = make_notes("intake", METRICS_PORT="0").app
    server = expose_metrics(app)
    address = f"http://127.0.0.1:{server.server_port}"
    try:
        assert httpx.get(f"{address}/healthz").status_code == 200
        assert "gauges_readable" in httpx.get(f"{address}/metrics").text
        relay = threading.Thread(target=threading.Event().is_set, name="intake.relay")
        relay.start()
        relay.join()
        app.loops.append(relay)
        answer = httpx.get(f"{address}/healthz")
        assert (answer.status_code, answer.text) == (503, "ended: intake.relay\n")
    finally:
        server.shutdown()
        server.server_close()


def test_answers_are_counted_by_route_and_never_by_address(make_notes):
    notes = make_notes()
    for note_id in range(3):
        notes.office.get(f"/v1/notes/{note_id}", "registrar")
    notes.office.get("/v1/nowhere/13800138000")
    text = metrics_response(notes.app).get_data(as_text=True)
    assert 'route="/v1/notes/<note_id>",service="routing",status="200"} 3.0' in text
    assert 'route="none"' in text
    assert "13800138000" not in text


def test_the_outcome_of_each_event_is_counted(make_notes):
    notes = make_notes(HANDLER_ATTEMPTS="1")
    notes.behave = lambda event: 1 / (event.subject != "bad")
    notes.hear(notes.heard("a"), notes.heard("bad"))
    counted = {
        sample.labels["outcome"]: sample.value
        for sample in families(notes.app.instruments)["inbox_handled"].samples
        if sample.name == "inbox_handled_total"
    }
    assert counted == {"done": 1, "dead": 1}


@pytest.fixture
def logged():
    """The log lines of a test, parsed."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(log.JsonFormatter("routing"))
    root = logging.getLogger()
    root.addHandler(handler)
    level = root.level
    root.setLevel(logging.DEBUG)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    root.removeHandler(handler)
    root.setLevel(level)


def test_a_log_line_is_json_with_service_level_and_correlation_id(logged):
    token = log.correlation_id.set("req-1")
    logging.getLogger("x").warning("已登记", extra={"petition_id": "p1"})
    log.correlation_id.reset(token)
    (line,) = logged()
    assert line["message"] == "已登记"
    assert (line["level"], line["service"], line["correlation_id"]) == (
        "WARNING",
        "routing",
        "req-1",
    )
    assert line["petition_id"] == "p1"
    assert line["at"].endswith("Z")


def test_numbers_in_a_message_or_an_error_are_starred_out(logged):
    try:
        raise ValueError("电话13800138000，邮箱a@b.cn\n身份证110101199003071234")
    except ValueError:
        logging.getLogger("x").exception("请回电%s", "13800138000")
    (line,) = logged()
    text = json.dumps(line, ensure_ascii=False)
    assert not any(secret in text for secret in ("13800138000", "a@b.cn", "110101199003071234"))
    assert line["error"].startswith("ValueError: 电话")
    assert any("test_metrics_and_logs" in frame for frame in line["where"])


def test_a_database_error_is_logged_without_its_parameters(logged):
    error = sa.exc.DBAPIError(
        "INSERT INTO people VALUES (:name)", {"name": "王小明"}, Exception("no such table")
    )
    logging.getLogger("x").error("failed", exc_info=error)
    assert "王小明" not in json.dumps(logged(), ensure_ascii=False)


def test_what_cannot_be_written_as_json_is_written_as_text(logged):
    logging.getLogger("x").info("odd", extra={"thing": object(), "bad": "\ud800"})
    assert logged()[0]["thing"].startswith("<object")


def test_a_failed_request_is_logged_with_its_request_id_and_without_its_body(make_notes, logged):
    notes = make_notes()
    body = {"text": "break"}
    notes.office.post(
        "/v1/notes?phone=13800138000", "registrar", json=body, headers={"X-Request-ID": "req-9"}
    )
    line = next(line for line in logged() if line["level"] == "ERROR")
    assert line["correlation_id"] == "req-9"
    assert "13800138000" not in json.dumps(line)


def test_a_dead_event_is_logged_by_id_under_its_correlation(make_notes, logged):
    notes = make_notes(HANDLER_ATTEMPTS="1")
    notes.behave = lambda event: 1 / 0
    notes.hear(notes.heard("a", text="王小明13800138000"))
    line = next(line for line in logged() if line["message"] == "event is dead")
    assert line["event_id"] == notes.inbox()[0].event_id
    assert "王小明" not in json.dumps(line, ensure_ascii=False)


def test_operators_see_what_waits_and_what_is_dead_and_run_it_again(make_notes):
    notes = make_notes(HANDLER_ATTEMPTS="1")
    notes.say("x")
    notes.behave = lambda event: 1 / 0
    notes.hear(notes.heard("a"), notes.heard("b", type_="note.painted.v1"), b"noise")
    notes.clock.advance(seconds=90)
    office = Office(notes.app)
    shown = office.get("/v1/ops/backlog", "admin").json
    assert (shown["outbox_pending"], shown["outbox_oldest_seconds"]) == (1, 90)
    assert (shown["inbox_dead"], shown["inbox_unknown"], shown["inbox_pending"]) == (2, 1, 0)
    seqs = {row["type"]: row["seq"] for row in shown["dead"]}
    assert office.post(f"/v1/ops/dead/{seqs['note.written.v1']}/reprocess", "admin").json == {
        "revived": 1
    }
    assert office.post(f"/v1/ops/dead/{seqs['unreadable']}/reprocess", "admin").status_code == 404
    assert office.post(f"/v1/ops/dead/{seqs['unreadable']}/discard", "admin").status_code == 200
    assert office.post("/v1/ops/dead/999/reprocess", "admin").status_code == 404
    assert office.get("/v1/ops/backlog", "supervisor").status_code == 403
    notes.behave = lambda event: None
    notes.hear()
    assert office.get("/v1/ops/backlog", "admin").json["inbox_dead"] == 0


def test_every_route_of_the_application_is_in_its_openapi_document(make_notes):
    flask = create_app(make_notes().app)
    document = flask.test_client().get("/openapi.json").json
    own = {"/healthz", "/readyz", "/openapi.json"}
    rules = {
        str(rule).replace("<int:", "{").replace("<", "{").replace(">", "}")
        for rule in flask.url_map.iter_rules()
    }
    assert rules - own == set(document["paths"])
    assert document["openapi"] == "3.1.0"
