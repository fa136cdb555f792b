"""What our services export, read from /metrics of all of them running in one process."""

import os
import time
from collections.abc import Mapping
from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families
from werkzeug.test import Client

from intake.channels.mail.metrics import MailMetrics
from local.ports import free_port
from shared.clock import SystemClock
from shared.embedded import System
from shared.local_secrets import local_secrets
from shared.service import find_services
from shared.testing import make_app
from shared.trace import child

WITHIN_S = 240.0
PETITION = {
    "channel": "web",
    "title": "梧桐路路面破损",
    "content": "梧桐路路面坑洼多日，请尽快修补。",
    "petitioner": {"name": "何田田", "phone": "13800000001"},
}
_CHAIN = (
    'outbox_published_total{result="acked",service="routing",type="case.opened.v1"} 1.0',
    'inbox_handled_total{outcome="done",service="supervision",type="case.opened.v1"} 1.0',
    'job_runs_total{job="raise_alarms",outcome="ok",service="supervision"}',
)


def exported(folder: Path) -> Mapping[str, set[str]]:
    """Each name that may be asked for, with the labels that its samples bear."""
    nowhere = f"http://127.0.0.1:{free_port()}"
    own = {"CITY_URL": nowhere, "OTLP_ENDPOINT": nowhere, "PUBLIC_RATE": "1000/minute"}
    env = dict(os.environ) | local_secrets(folder) | own
    for service in find_services():
        _migrate(service, folder)
    system = System(find_services(), env=env, var=folder)
    # Only RabbitMQ's worker has a receiver; its gauge is set as that worker sets it.
    system.apps["intake"].metrics.watch_receiver(lambda: True)
    # Nor has this process a mailbox; its metrics are made as the role `mail` makes them.
    MailMetrics(system.apps["intake"].instruments.registry, ["box@office.example"])
    client = Client(system.wsgi())
    system.start()
    try:
        sampled = {"traceparent": child(None, sampled=True)}
        answer = client.post("/intake/v1/public/petitions", json=PETITION, headers=sampled)
        assert answer.status_code == 201, answer.text
        assert client.get("/").status_code == 200, "a page, which asks other services"
        text = _text_with(client, *_CHAIN)
    finally:
        system.close()
    text += _text_with(client, "spans_total{")
    return _labels(text)


def _migrate(service: object, folder: Path) -> None:
    make_app(service, folder, clock=SystemClock()).close()  # type: ignore[arg-type]


def _text_with(client: Client, *wanted: str) -> str:
    ends = time.monotonic() + WITHIN_S
    while True:
        text = client.get("/metrics").text
        missing = [line for line in wanted if line not in text]
        if not missing:
            return text
        assert time.monotonic() < ends, f"not exported: {missing}"
        time.sleep(0.05)


def _labels(text: str) -> Mapping[str, set[str]]:
    found: dict[str, set[str]] = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            found.setdefault(sample.name, set()).update(sample.labels)
    return found
