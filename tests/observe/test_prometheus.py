"""Prometheus itself, scraping a service that runs: alerts fire while it is so, and then no more."""

import datetime as dt
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from local.guard import Guarded
from local.ports import free_port
from local.servers import PrivateRabbit
from observe.prometheus import Prometheus
from shared.bus import inbox_queue
from shared.clock import FixedClock, SystemClock
from shared.rabbitmq import declare_topology
from shared.service import App, find_services
from shared.testing import Office, make_app, sample_secrets
from system.waiting import wait_until

pytestmark = pytest.mark.servers

INTAKE = next(service for service in find_services() if service.name == "intake")
LONG_AGO = dt.timedelta(minutes=10)
PETITION = {
    "channel": "web",
    "title": "梧桐路路面破损",
    "content": "梧桐路路面坑洼多日，请尽快修补。",
    "petitioner": {"name": "何田田", "phone": "13800000001"},
}


@contextmanager
def worker(folder: Path, *, bus_url: str, metrics_port: int) -> Iterator[None]:
    """`python -m intake worker`, stopped at the end."""
    env = {
        **os.environ,
        **sample_secrets(),
        "DATABASE_URL": f"sqlite:///{folder / 'intake.sqlite'}",
        "BUS_URL": bus_url,
        "METRICS_PORT": str(metrics_port),
    }
    with (folder / "worker.log").open("ab") as output:
        process = Guarded(
            [sys.executable, "-m", "intake", "worker"], env=env, cwd=folder, output=output
        )
    try:
        yield
    finally:
        process.kill()


@pytest.fixture
def intake(tmp_path: Path) -> Iterator[App]:
    """Intake's tables, in which a petition was registered ten minutes ago and not sent since."""
    app = make_app(INTAKE, tmp_path, clock=FixedClock(SystemClock().now() - LONG_AGO))
    answer = Office(app).post("/v1/petitions", "registrar", json=PETITION)
    assert answer.status_code == 201, answer.json
    yield app
    app.close()


def test_a_broker_away_and_a_dead_event_are_alarmed_until_they_are_mended(
    tmp_path: Path, intake: App, private_rabbit: PrivateRabbit
) -> None:
    port, nowhere = free_port(), f"amqp://nobody:nothing@127.0.0.1:{free_port()}/%2F"
    intake.inbox.store([b"noise"])
    with Prometheus(tmp_path, targets={"intake-worker-1": f"127.0.0.1:{port}"}) as prometheus:

        def fires(alert: str) -> None:
            wait_until(lambda: "firing" in prometheus.states(alert), f"{alert} fires", within=120)

        def is_over(alert: str) -> None:
            wait_until(
                lambda: not prometheus.states(alert),
                f"{alert} is over",
                within=120,
                why=lambda: prometheus.alerts(alert),
            )

        with worker(tmp_path, bus_url=nowhere, metrics_port=port):
            for alert in ("OutboxWaits", "NothingPublished", "ReceiverDisconnected", "EventDead"):
                fires(alert)
            (stuck,) = prometheus.alerts("NothingPublished")
            assert stuck["annotations"]["summary"].startswith("intake has published nothing")
            assert stuck["annotations"]["runbook"] == "docs/runbook.md#nothingpublished"
            assert prometheus.states("JobNotSucceeding") == set()
            wait_until(
                lambda: prometheus.value('job_period_seconds{job="forget_stored_answers"}') == 3600,
                "our label job is kept",
                within=60,
            )
            assert prometheus.states("WorkerMissing") == {"firing"}, "the four other services"
            named = {one["labels"]["service"] for one in prometheus.alerts("WorkerMissing")}
            assert "intake" not in named
            assert prometheus.failing_rules() == []
        fires("TargetDown")
        _bind_readers(private_rabbit.url)
        Office(intake).post("/v1/ops/dead/1/discard", "admin")
        with worker(tmp_path, bus_url=private_rabbit.url, metrics_port=port):
            for alert in ("TargetDown", "NothingPublished", "OutboxWaits", "ReceiverDisconnected"):
                is_over(alert)
            is_over("EventDead")


def _bind_readers(bus_url: str) -> None:
    """The queues of all services, so that what intake says is heard."""
    for service in find_services():
        bindings = service.subscriptions.bindings()
        declare_topology(bus_url, queue=inbox_queue(service.name), bindings=bindings)


def test_rabbitmq_itself_exports_what_its_alerts_ask_for(private_rabbit: PrivateRabbit) -> None:
    port = free_port()
    _bind_readers(private_rabbit.url)
    private_rabbit.control(
        "eval",
        f"application:set_env(rabbitmq_prometheus, tcp_config, [{{port, {port}}}, "
        '{ip, "127.0.0.1"}]), '
        "F = rabbit_plugins:enabled_plugins_file(), "
        'ok = file:write_file(F, <<"[rabbitmq_prometheus].">>), rabbit_plugins:ensure(F).',
    )
    families = "family=queue_coarse_metrics&family=queue_consumer_count"

    def exported() -> str:
        base = f"http://127.0.0.1:{port}/metrics"
        return httpx.get(base).text + httpx.get(f"{base}/detailed?{families}").text

    def queue_is_named() -> bool:
        return (
            'rabbitmq_detailed_queue_messages_ready{vhost="/",queue="routing.inbox"}' in exported()
        )

    wait_until(queue_is_named, "the queue is named", within=120)
    text = exported()
    for name in (
        "rabbitmq_alarms_memory_used_watermark",
        "rabbitmq_alarms_free_disk_space_watermark",
        "rabbitmq_alarms_file_descriptor_limit",
        'rabbitmq_detailed_queue_consumers{vhost="/",queue="routing.inbox"}',
    ):
        assert f"\n{name}" in text, name
