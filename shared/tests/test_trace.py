"""Traces: W3C context in, through events and out; spans only where a collector is named."""

import json
import logging
import re
import subprocess
import sys
import time
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from shared import trace, worker
from shared.log import JsonFormatter
from shared.service import Job
from shared.testing import emitted
from shared.web.app import metrics_response

TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
SENT = f"00-{TRACE}-{SPAN}-01"
NOTE = {"text": "王小明"}


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        f"ff-{TRACE}-{SPAN}-01",
        f"00-{'0' * 32}-{SPAN}-01",
        f"00-{TRACE}-{'0' * 16}-01",
        f"00-{TRACE.upper()}-{SPAN}-01",
        f"00-{TRACE}-{SPAN}-01-more",
        f"00-{TRACE}-{SPAN}",
        f"01-{TRACE}-{SPAN}-01more",
        f" {SENT}",
        f"{SENT}\n",
        f"{SENT},{SENT}",
        f"01-{TRACE}-{SPAN}-01-{'x' * 300}",
    ],
)
def test_a_traceparent_that_is_none_is_refused_and_a_new_trace_begins(header):
    assert trace.accepted(header) is None
    begun = trace.child(header)
    assert trace.accepted(begun) == begun
    assert trace.trace_id(begun) != TRACE


@pytest.mark.parametrize(
    ("header", "kept"),
    [
        (SENT, SENT),
        (f"00-{TRACE}-{SPAN}-00", f"00-{TRACE}-{SPAN}-00"),
        (f"00-{TRACE}-{SPAN}-ff", SENT),
        (f"cc-{TRACE}-{SPAN}-01-what-comes-later", SENT),
    ],
)
def test_what_version_00_knows_is_kept(header, kept):
    assert trace.accepted(header) == kept


def test_each_hop_has_a_span_of_its_own_in_the_same_trace():
    hops = [SENT]
    for _ in range(100):
        hops.append(trace.child(hops[-1]))
    assert {trace.trace_id(hop) for hop in hops} == {TRACE}
    assert len({trace.span_id(hop) for hop in hops}) == 101
    assert all(trace.is_sampled(hop) for hop in hops)


def test_a_request_hands_its_trace_to_what_it_causes(make_notes):
    notes = make_notes()
    notes.office.post("/v1/notes", "registrar", json=NOTE, headers={"traceparent": SENT})
    (told,) = [event["traceparent"] for event in emitted(notes.app)]
    assert trace.trace_id(told) == TRACE
    assert trace.span_id(told) != SPAN


def test_two_requests_without_a_trace_begin_two(make_notes):
    notes = make_notes()
    for _ in range(2):
        notes.office.post("/v1/notes", "registrar", json=NOTE, headers={"traceparent": "nonsense"})
    first, second = (event["traceparent"] for event in emitted(notes.app))
    assert trace.trace_id(first) != trace.trace_id(second)
    assert trace.current.get() is None, "nothing is left behind for the next request"


def test_what_a_batch_handler_emits_belongs_to_the_event_that_caused_it(make_notes):
    notes = make_notes()
    seen: dict[str, Any] = {}
    notes.behave = lambda event: seen.update({event.subject: event})
    notes.hear(_traced(notes, "a", SENT), _traced(notes, "b", None))
    assert trace.trace_id(seen["a"].traceparent) == TRACE
    assert trace.span_id(seen["a"].traceparent) != SPAN
    assert seen["a"].made_in == SENT
    assert trace.trace_id(seen["b"].traceparent) not in {None, TRACE}


def test_the_relay_and_a_replay_leave_the_trace_of_an_event_as_it_is(make_notes, bus):
    notes = make_notes()
    with trace.under(SENT):
        notes.say("a")
    notes.app.relay(bus).run_once()
    with notes.app.db.write() as session:
        notes.app.replays(bus).ask(
            session,
            ground=notes.app.service.ground,
            replay_id="r1",
            reader="supervision",
            types=["note.written.v1"],
            since=None,
            now=notes.clock.now(),
        )
    notes.app.replays(bus).run_once()
    assert [json.loads(m.body)["traceparent"] for m in bus.sent] == [SENT, SENT]


def test_a_job_has_a_trace_of_its_own(make_notes):
    notes = make_notes()
    worker.run_job(notes.app, Job("say", 1, lambda _app: notes.say("a")))
    (told,) = [event["traceparent"] for event in emitted(notes.app)]
    assert trace.accepted(told) == told


def test_a_log_line_names_its_trace():
    record = logging.makeLogRecord({"msg": "x"})
    with trace.under(SENT):
        assert json.loads(JsonFormatter("routing").format(record))["trace_id"] == TRACE


def _traced(notes: Any, subject: str, traceparent: str | None) -> bytes:
    body = json.loads(notes.heard(subject)) | {"traceparent": traceparent}
    return json.dumps(body).encode()


def spans_counted(notes: Any) -> dict[str, float]:
    text = metrics_response(notes.app).get_data(as_text=True)
    return {
        sample.labels["result"]: sample.value
        for family in text_string_to_metric_families(text)
        if family.name == "spans"
        for sample in family.samples
        if sample.name == "spans_total"
    }


def test_requests_events_and_jobs_become_spans_of_one_trace(make_notes, bus, collector):
    notes = make_notes("intake", OTLP_ENDPOINT=collector.url)
    notes.office.post(
        "/v1/notes?q=13800138000", "registrar", json=NOTE, headers={"traceparent": SENT}
    )
    (envelope,) = emitted(notes.app)
    notes.app.relay(bus).run_once()
    notes.hear(json.dumps(envelope).encode())
    worker.run_job(notes.app, Job("sweep", 1, lambda _app: None))
    answer = collector.named("POST /v1/notes")
    sent, handled = (
        collector.named("send note.written.v1"),
        collector.named("process note.written.v1"),
    )
    assert {span.trace_id.hex() for span in (answer, sent, handled)} == {TRACE}
    assert answer.parent_span_id.hex() == SPAN
    assert sent.parent_span_id == handled.parent_span_id == answer.span_id
    assert trace.span_id(envelope["traceparent"]) == answer.span_id.hex()
    assert collector.named("job sweep").parent_span_id == b""
    assert {collector.services[span.span_id] for span in collector.spans} == {"intake"}
    assert answer.end_time_unix_nano > answer.start_time_unix_nano
    told = " ".join(str(span) for span in collector.spans)
    assert not re.search("王小明|13800138000", told), "no text, no query, no person"
    notes.app.close()
    assert spans_counted(notes) == {"sent": 4}


def test_an_error_is_told_and_a_failing_event_has_a_span_for_each_try(make_notes, collector):
    notes = make_notes("routing", OTLP_ENDPOINT=collector.url, HANDLER_ATTEMPTS="1")
    notes.office.post("/v1/notes", "registrar", json={"text": "break"})
    notes.behave = lambda event: 1 / (event.subject != "bad")
    notes.hear(_traced(notes, "good", SENT), _traced(notes, "bad", SENT))
    assert collector.named("POST /v1/notes").status.code == 2
    notes.app.close()
    handled = [span for span in collector.spans if span.name == "process note.written.v1"]
    assert sorted(span.status.code for span in handled) == [0, 2]


def test_a_trace_that_its_beginner_did_not_sample_is_not_sent(make_notes, collector):
    notes = make_notes(OTLP_ENDPOINT=collector.url)
    notes.office.get("/v1/notes", "registrar", headers={"traceparent": f"00-{TRACE}-{SPAN}-00"})
    notes.office.get("/v1/notes", "registrar", headers={"traceparent": SENT})
    notes.app.close()
    assert len(collector.spans) == 1


def test_of_the_traces_begun_here_the_share_is_sent_that_is_asked_for(make_notes, collector):
    notes = make_notes(OTLP_ENDPOINT=collector.url, OTLP_SHARE="0")
    notes.office.get("/v1/notes", "registrar")
    worker.run_job(notes.app, Job("sweep", 1, lambda _app: None))
    notes.app.close()
    assert collector.spans == []


def test_while_the_collector_is_away_requests_go_on_and_what_is_dropped_is_counted(
    make_notes, collector, monkeypatch
):
    monkeypatch.setattr("shared.otlp._MOST_WAITING", 20)
    monkeypatch.setattr("shared.otlp._BATCH", 10)
    notes = make_notes(OTLP_ENDPOINT=collector.url)
    collector.close()
    began = time.monotonic()
    answers = {notes.office.get("/v1/notes", "registrar").status_code for _ in range(50)}
    took = time.monotonic() - began
    assert answers == {200}
    assert spans_counted(notes)["dropped"] == 30
    began = time.monotonic()
    notes.app.close()
    assert time.monotonic() - began < 20, "it ends although nobody takes what waits"
    counted = spans_counted(notes)
    assert counted == {"dropped": 30, "failed": 20}, took


def test_without_an_endpoint_no_library_of_it_is_loaded(tmp_path):
    check = """
import sys
from pathlib import Path
from shared.service import find_services
from shared.testing import Office, make_app
app = make_app(find_services()[0], Path(sys.argv[1]))
assert Office(app).get("/readyz").status_code == 200
assert not app.tracer.on
assert not [name for name in sys.modules if name.startswith("opentelemetry")]
"""
    subprocess.run([sys.executable, "-c", check, str(tmp_path)], check=True, timeout=60)


@pytest.mark.parametrize(
    ("settings", "why"),
    [
        ({"OTLP_ENDPOINT": "collector:4318"}, "OTLP_ENDPOINT must begin with http"),
        ({"OTLP_SHARE": "2"}, "OTLP_SHARE must be from 0 to 1"),
    ],
)
def test_a_setting_that_cannot_be_is_refused_with_its_name(make_notes, settings, why):
    with pytest.raises(ValueError, match=why):
        make_notes(**settings)
