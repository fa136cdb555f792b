"""Metrics: one registry per process, label `service`; gauges of tables are read when scraped."""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy.exc import SQLAlchemyError

_LATENCY = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


@dataclass(frozen=True)
class ByLabel:
    """A gauge with one more label beside `service`: its value for each value of that label."""

    label: str
    values: Mapping[str, float]


Gauges = Mapping[str, "float | ByLabel"]


class Instruments:
    """The metrics of a process; every service in it shares them and differs by label."""

    def __init__(self) -> None:
        self.registry = registry = CollectorRegistry()

        def counter(name: str, doc: str, *labels: str) -> Counter:
            return Counter(name, doc, ("service", *labels), registry=registry)

        def histogram(name: str, doc: str, *labels: str) -> Histogram:
            return Histogram(name, doc, ("service", *labels), registry=registry, buckets=_LATENCY)

        def gauge(name: str, doc: str, *labels: str) -> Gauge:
            return Gauge(name, doc, ("service", *labels), registry=registry)

        self.published = counter(
            "outbox_published_total", "Events given to the bus.", "type", "result"
        )
        self.handled = counter("inbox_handled_total", "Events handled.", "type", "outcome")
        self.handler_seconds = histogram("inbox_handler_seconds", "Time in a handler.", "type")
        self.requests = counter("http_requests_total", "HTTP answers.", "method", "route", "status")
        self.limited = counter("http_limited_total", "Requests beyond a counted rate.", "kind")
        self.request_seconds = histogram("http_request_seconds", "Time to answer.", "route")
        self.asked = counter(
            "peer_requests_total",
            "Requests to other services.",
            "peer",
            "method",
            "route",
            "status",
        )
        self.asked_seconds = histogram(
            "peer_request_seconds", "Time until another service answered, or none came.", "peer"
        )
        self.handed_over = counter(
            "notices_handed_over_total", "Notices given to a gateway.", "medium", "outcome"
        )
        self.job_runs = counter("job_runs_total", "Runs of timed jobs.", "job", "outcome")
        self.job_success = gauge(
            "job_last_success_timestamp_seconds", "When a timed job last succeeded.", "job"
        )
        self.job_since = gauge(
            "job_since_timestamp_seconds", "Since when this process runs a timed job.", "job"
        )
        self.job_period = gauge("job_period_seconds", "How often a timed job is due.", "job")
        self.build = gauge("build_info", "The version that runs; always 1.", "version")
        self.db_in_use = gauge("db_connections_in_use", "Database connections at work.")
        self.db_most = gauge("db_connections_most", "Database connections that there may be.")
        self.spans = counter("spans_total", "Spans sent, failed and dropped.", "result")
        self.receiver = gauge("receiver_connected", "1 while the receiver hears its queue.")
        self.watched: dict[str, Callable[[], Gauges]] = {}
        registry.register(_Watched(self.watched))


class Metrics:
    """One service's view of the process's instruments: the only place that counts anything."""

    def __init__(self, instruments: Instruments, service: str) -> None:
        self.instruments = instruments
        self.service = service

    def built(self, version: str) -> None:
        self.instruments.build.labels(self.service, version).set(1)

    def will_publish(self, types: Iterable[str]) -> None:
        """Begin these types' counters at 0: Prometheus sees no growth of what was not there."""
        for type_ in types:
            self.instruments.published.labels(self.service, type_, "acked")

    def published(self, type_: str, result: str) -> None:
        self.instruments.published.labels(self.service, type_, str(result)).inc()

    def handled(self, type_: str, outcome: str, count: int = 1) -> None:
        self.instruments.handled.labels(self.service, type_, outcome).inc(count)

    @contextmanager
    def handler(self, type_: str) -> Iterator[None]:
        with self.instruments.handler_seconds.labels(self.service, type_).time():
            yield

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        self.instruments.requests.labels(self.service, method, route, str(status)).inc()
        self.instruments.request_seconds.labels(self.service, route).observe(seconds)

    def asked(
        self, peer: str, method: str, route: str, *, status: int | None, seconds: float
    ) -> None:
        """Another service was asked; `status` is None where no answer came."""
        shown = str(status or "none")
        self.instruments.asked.labels(self.service, peer, method, route, shown).inc()
        self.instruments.asked_seconds.labels(self.service, peer).observe(seconds)

    def will_hand_over(self, medium: str, outcomes: Iterable[str]) -> None:
        """Begin a medium's counters at 0."""
        for outcome in outcomes:
            self.instruments.handed_over.labels(self.service, medium, outcome)

    def handed_over(self, medium: str, outcome: str) -> None:
        """A gateway was given a notice, and said so."""
        self.instruments.handed_over.labels(self.service, medium, outcome).inc()

    def limited(self, kind: str) -> None:
        """A request of the public was refused: too many of its kind in this hour."""
        self.instruments.limited.labels(self.service, kind).inc()

    def job_scheduled(self, job: str, *, seconds: float) -> None:
        """From now on this process runs `job` every `seconds`."""
        self.instruments.job_period.labels(self.service, job).set(seconds)
        self.instruments.job_since.labels(self.service, job).set(time.time())
        for outcome in ("ok", "failed"):
            self.instruments.job_runs.labels(self.service, job, outcome)

    def job_ran(self, job: str, *, ok: bool) -> None:
        outcome = "ok" if ok else "failed"
        self.instruments.job_runs.labels(self.service, job, outcome).inc()
        if ok:
            self.instruments.job_success.labels(self.service, job).set(time.time())

    def spans(self, result: str, count: int) -> None:
        self.instruments.spans.labels(self.service, result).inc(count)

    def watch(self, read: Callable[[], Gauges]) -> None:
        """Add gauges whose values `read` fetches at each scrape, by name."""
        self.instruments.watched[self.service] = read

    def watch_connections(self, *, in_use: Callable[[], int], most: int) -> None:
        """Show the database pool, whose numbers need no database."""
        self.instruments.db_in_use.labels(self.service).set_function(in_use)
        self.instruments.db_most.labels(self.service).set(most)

    def watch_receiver(self, connected: Callable[[], bool]) -> None:
        """Show whether the receiver hears its queue."""
        self.instruments.receiver.labels(self.service).set_function(connected)


class _Watched(Collector):
    """The gauges of all services in this process, each name once, a sample a service."""

    def __init__(self, watched: dict[str, Callable[[], Gauges]]) -> None:
        self.watched = watched

    def collect(self) -> Iterable[Metric]:
        """Read every service's gauges; one that cannot be read is said so and left out."""
        readable = GaugeMetricFamily(
            "gauges_readable", "1 where the table gauges could be read.", labels=["service"]
        )
        found: dict[str, GaugeMetricFamily] = {}
        for service, read in self.watched.items():
            try:
                values = read()
            except SQLAlchemyError:
                # The other metrics are needed most while the database is away.
                readable.add_metric([service], 0)
                continue
            readable.add_metric([service], 1)
            for name, value in values.items():
                text = name.replace("_", " ").capitalize() + "."
                more = [value.label] if isinstance(value, ByLabel) else []
                family = found.setdefault(
                    name, GaugeMetricFamily(name, text, labels=["service", *more])
                )
                if isinstance(value, ByLabel):
                    for label, one in value.values.items():
                        family.add_metric([service, label], one)
                else:
                    family.add_metric([service], value)
        yield readable
        yield from found.values()

    def describe(self) -> Iterable[Metric]:
        return []
