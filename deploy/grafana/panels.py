"""What the dashboards show, as tables: one line of meaning and the queries of each panel.

`dashboards.py` lays them out and writes the JSON that Grafana reads.
"""

from dataclasses import dataclass, field

HERE = 'namespace=~"$namespace"'
ONE = f'{HERE}, service="$service"'


@dataclass(frozen=True)
class Panel:
    """One picture: `queries` are (PromQL, legend); `kind` is a panel type of Grafana."""

    title: str
    description: str
    unit: str
    queries: tuple[tuple[str, str], ...]
    kind: str = "timeseries"
    width: int = 8
    bad_from: float | None = None
    """The value from which a stat is red."""


@dataclass(frozen=True)
class Dashboard:
    """One page: rows of panels under their headings."""

    uid: str
    title: str
    description: str
    rows: tuple[tuple[str, tuple[Panel, ...]], ...]
    by_service: bool = False
    tags: tuple[str, ...] = field(default=("minsheng",))


def _stat(
    title: str, description: str, query: str, *, unit: str = "short", bad: float = 1
) -> Panel:
    return Panel(title, description, unit, ((query, ""),), "stat", 4, bad)


SYSTEM = Dashboard(
    "minsheng-system",
    "Minsheng: system",
    "All services at a glance: what waits, what is dead, what is refused, what is slow.",
    (
        (
            "Now",
            (
                _stat(
                    "Alerts firing",
                    "Alerts of this system that fire now; the runbook has a section for each.",
                    f'count(ALERTS{{alertstate="firing", {HERE}}}) or vector(0)',
                ),
                _stat(
                    "Dead events",
                    "Events that could not be handled and are not tried again.",
                    f"sum(max by (service) (inbox_dead{{{HERE}}}))",
                ),
                _stat(
                    "Oldest event not sent",
                    "Age of the oldest event that waits in any outbox.",
                    f"max(outbox_oldest_pending_seconds{{{HERE}}})",
                    unit="s",
                    bad=60,
                ),
                _stat(
                    "Oldest event not handled",
                    "Age of the oldest event that waits in any inbox.",
                    f"max(inbox_oldest_pending_seconds{{{HERE}}})",
                    unit="s",
                    bad=60,
                ),
                _stat(
                    "Petitions without case",
                    "Alarms of supervision that stand: registered, and on nobody's desk.",
                    f"max(supervision_alarms_standing{{{HERE}}})",
                ),
                _stat(
                    "Oldest not told the city",
                    "Age of the oldest exchange that the city has not acknowledged.",
                    f"max(sync_municipal_oldest_pending_seconds{{{HERE}}})",
                    unit="s",
                    bad=900,
                ),
            ),
        ),
        (
            "Requests",
            (
                Panel(
                    "Requests",
                    "Answers a second, by service; probes are counted too.",
                    "reqps",
                    ((f"service:http_requests:rate5m{{{HERE}}}", "{{service}}"),),
                ),
                Panel(
                    "Errors",
                    "Share of answers with a status of 500 and above.",
                    "percentunit",
                    ((f"service:http_errors:ratio5m{{{HERE}}}", "{{service}}"),),
                ),
                Panel(
                    "Turned away as too many",
                    "Answers 429: the rate limit of public routes.",
                    "reqps",
                    (
                        (
                            "sum by (service) "
                            f'(rate(http_requests_total{{status="429", {HERE}}}[5m]))',
                            "{{service}}",
                        ),
                    ),
                ),
            ),
        ),
        (
            "Events",
            (
                Panel(
                    "Published",
                    "Events that the bus has confirmed, a second.",
                    "eps",
                    (
                        (
                            "sum by (service) (rate(outbox_published_total"
                            f'{{result="acked", {HERE}}}[$__rate_interval]))',
                            "{{service}}",
                        ),
                    ),
                ),
                Panel(
                    "Handled",
                    "Events that handlers have finished, a second.",
                    "eps",
                    (
                        (
                            "sum by (service) (rate(inbox_handled_total"
                            f'{{outcome="done", {HERE}}}[$__rate_interval]))',
                            "{{service}}",
                        ),
                    ),
                ),
                Panel(
                    "Failed or dead",
                    "Handlers that failed, a second; a dead event is not tried again.",
                    "eps",
                    (
                        (
                            "sum by (service, outcome) (rate(inbox_handled_total"
                            f'{{outcome!="done", {HERE}}}[$__rate_interval]))',
                            "{{service}} {{outcome}}",
                        ),
                    ),
                ),
                Panel(
                    "Waiting to be sent",
                    "Rows in the outbox without an answer of the bus.",
                    "short",
                    ((f"max by (service) (outbox_pending{{{HERE}}})", "{{service}}"),),
                    width=12,
                ),
                Panel(
                    "Waiting to be handled",
                    "Rows in the inbox that no handler has finished.",
                    "short",
                    ((f"max by (service) (inbox_pending{{{HERE}}})", "{{service}}"),),
                    width=12,
                ),
            ),
        ),
        (
            "Ground",
            (
                Panel(
                    "Versions",
                    "Processes by service and version.",
                    "short",
                    (
                        (
                            f"count by (service, version) (build_info{{{HERE}}})",
                            "{{service}} {{version}}",
                        ),
                    ),
                ),
                Panel(
                    "Standby of PostgreSQL behind",
                    "Seconds by which each standby lags.",
                    "s",
                    ((f"max by (pod) (cnpg_pg_replication_lag{{{HERE}}})", "{{pod}}"),),
                ),
                Panel(
                    "Volumes in use",
                    "Share of each volume that is full.",
                    "percentunit",
                    (
                        (
                            f"1 - kubelet_volume_stats_available_bytes{{{HERE}}}"
                            " / kubelet_volume_stats_capacity_bytes",
                            "{{persistentvolumeclaim}}",
                        ),
                    ),
                ),
                Panel(
                    "Lying in the broker's queues",
                    "Messages ready, by queue; the broker's own count, from /metrics/detailed.",
                    "short",
                    (
                        (
                            f"max by (queue) (rabbitmq_detailed_queue_messages_ready{{{HERE}}})",
                            "{{queue}}",
                        ),
                    ),
                ),
                Panel(
                    "Alarms of RabbitMQ",
                    "1 while the broker refuses events for want of memory, disk or descriptors.",
                    "short",
                    (
                        (f"max(rabbitmq_alarms_memory_used_watermark{{{HERE}}})", "memory"),
                        (f"max(rabbitmq_alarms_free_disk_space_watermark{{{HERE}}})", "disk"),
                        (f"max(rabbitmq_alarms_file_descriptor_limit{{{HERE}}})", "descriptors"),
                    ),
                ),
            ),
        ),
    ),
)

SERVICE = Dashboard(
    "minsheng-service",
    "Minsheng: one service",
    "One service: its routes, its events, its jobs, its database connections.",
    (
        (
            "HTTP",
            (
                Panel(
                    "Requests by route",
                    "Answers a second, by route as it stands in the code.",
                    "reqps",
                    (
                        (
                            "sum by (method, route) "
                            f"(rate(http_requests_total{{{ONE}}}[$__rate_interval]))",
                            "{{method}} {{route}}",
                        ),
                    ),
                ),
                Panel(
                    "95 of 100 are faster than",
                    "Time to answer that 95 % of requests stay under, by route.",
                    "s",
                    ((f"route:http_request_seconds:p95_5m{{{ONE}}}", "{{route}}"),),
                ),
                Panel(
                    "99 of 100 are faster than",
                    "Time to answer that 99 % of requests stay under, by route.",
                    "s",
                    ((f"route:http_request_seconds:p99_5m{{{ONE}}}", "{{route}}"),),
                ),
                Panel(
                    "Answers by status",
                    "Answers a second, by status.",
                    "reqps",
                    (
                        (
                            "sum by (status) "
                            f"(rate(http_requests_total{{{ONE}}}[$__rate_interval]))",
                            "{{status}}",
                        ),
                    ),
                ),
                Panel(
                    "Asked of other services",
                    "Requests a second to other services, by service and status; none: no answer.",
                    "reqps",
                    (
                        (
                            "sum by (peer, status) "
                            f"(rate(peer_requests_total{{{ONE}}}[$__rate_interval]))",
                            "{{peer}} {{status}}",
                        ),
                    ),
                ),
                Panel(
                    "95 of 100 answers came within",
                    "Time until another service answered, that 95 % stay under.",
                    "s",
                    (
                        (
                            "histogram_quantile(0.95, sum by (peer, le) "
                            f"(rate(peer_request_seconds_bucket{{{ONE}}}[5m])))",
                            "{{peer}}",
                        ),
                    ),
                ),
                Panel(
                    "Database connections",
                    "Connections at work in each process, and how many there may be.",
                    "short",
                    (
                        (f"db_connections_in_use{{{ONE}}}", "{{instance}}"),
                        (f"max(db_connections_most{{{ONE}}})", "most"),
                    ),
                ),
                Panel(
                    "Gauges readable",
                    "0 where a process cannot read its database.",
                    "short",
                    ((f"gauges_readable{{{ONE}}}", "{{instance}}"),),
                ),
            ),
        ),
        (
            "Outbox",
            (
                Panel(
                    "Published by type",
                    "Events given to the bus, a second, by type and result.",
                    "eps",
                    (
                        (
                            "sum by (type, result) "
                            f"(rate(outbox_published_total{{{ONE}}}[$__rate_interval]))",
                            "{{type}} {{result}}",
                        ),
                    ),
                    width=12,
                ),
                Panel(
                    "Waiting to be sent",
                    "Rows without an answer of the bus, and replays owed.",
                    "short",
                    (
                        (f"max(outbox_pending{{{ONE}}})", "events"),
                        (f"max(replays_pending{{{ONE}}})", "replays"),
                    ),
                    width=6,
                ),
                Panel(
                    "Oldest not sent",
                    "Age of the oldest event that waits to be sent.",
                    "s",
                    ((f"max(outbox_oldest_pending_seconds{{{ONE}}})", "oldest"),),
                    width=6,
                ),
            ),
        ),
        (
            "Inbox",
            (
                Panel(
                    "Handled by type",
                    "Events handled, a second, by type and outcome.",
                    "eps",
                    (
                        (
                            "sum by (type, outcome) "
                            f"(rate(inbox_handled_total{{{ONE}}}[$__rate_interval]))",
                            "{{type}} {{outcome}}",
                        ),
                    ),
                    width=12,
                ),
                Panel(
                    "Waiting, dead, unknown",
                    "Rows of the inbox that are not done.",
                    "short",
                    (
                        (f"max(inbox_pending{{{ONE}}})", "waiting"),
                        (f"max(inbox_dead{{{ONE}}})", "dead"),
                        (f"max(inbox_unknown{{{ONE}}})", "unknown"),
                    ),
                    width=6,
                ),
                Panel(
                    "Oldest not handled",
                    "Age of the oldest event that waits to be handled.",
                    "s",
                    ((f"max(inbox_oldest_pending_seconds{{{ONE}}})", "oldest"),),
                    width=6,
                ),
                Panel(
                    "Time in a handler",
                    "Mean time of a handler's call, which may take a batch of events.",
                    "s",
                    (
                        (
                            "sum by (type) "
                            f"(rate(inbox_handler_seconds_sum{{{ONE}}}[$__rate_interval]))"
                            " / sum by (type) "
                            f"(rate(inbox_handler_seconds_count{{{ONE}}}[$__rate_interval]))",
                            "{{type}}",
                        ),
                    ),
                    width=12,
                ),
                Panel(
                    "Receiver connected",
                    "1 where a worker hears its queue.",
                    "short",
                    ((f"receiver_connected{{{ONE}}}", "{{instance}}"),),
                    width=12,
                ),
            ),
        ),
        (
            "Jobs",
            (
                Panel(
                    "Since a job succeeded",
                    "Seconds since each timed job last succeeded.",
                    "s",
                    (
                        (
                            f"time() - max by (job) (job_last_success_timestamp_seconds{{{ONE}}})",
                            "{{job}}",
                        ),
                    ),
                    width=12,
                ),
                Panel(
                    "Runs that failed",
                    "Failed runs of each timed job in an hour.",
                    "short",
                    (
                        (
                            "sum by (job) "
                            f'(increase(job_runs_total{{outcome="failed", {ONE}}}[1h]))',
                            "{{job}}",
                        ),
                    ),
                    width=12,
                ),
            ),
        ),
        (
            "Traces",
            (
                Panel(
                    "Spans",
                    "Spans sent, failed and dropped, a second; none while traces are off.",
                    "short",
                    (
                        (
                            f"sum by (result) (rate(spans_total{{{ONE}}}[$__rate_interval]))",
                            "{{result}}",
                        ),
                    ),
                    width=24,
                ),
            ),
        ),
    ),
    by_service=True,
)

STAGES = (
    ("petition.registered.v1", "registered"),
    ("case.opened.v1", "case opened"),
    ("case.classified.v1", "classified"),
    ("case.forwarded.v1", "forwarded"),
    ("case.assigned.v1", "assigned"),
    ("case.accepted.v1", "accepted"),
    ("case.replied.v1", "replied"),
    ("case.served.v1", "served"),
    ("case.closed.v1", "closed"),
    ("evaluation.recorded.v1", "evaluated"),
    ("municipal.acknowledged.v1", "acknowledged by the city"),
)


def _told(type_: str, window: str) -> str:
    found = f'outbox_published_total{{type="{type_}", result="acked", {HERE}}}'
    return f"sum(increase({found}[{window}])) or vector(0)"


PETITIONS = Dashboard(
    "minsheng-petitions",
    "Minsheng: petitions through the stages",
    "How many petitions pass each stage and where they stay. Counted over all lanes together, "
    "never by unit, category or person.",
    (
        (
            "Where they are",
            (
                Panel(
                    "Open cases by state",
                    "Cases that are not closed, by the state they are in.",
                    "short",
                    ((f"max by (state) (routing_cases_open{{{HERE}}})", "{{state}}"),),
                    width=12,
                ),
                Panel(
                    "Overdue cases",
                    "Open cases of which a duty is overdue.",
                    "short",
                    ((f"max(routing_cases_overdue{{{HERE}}})", "overdue"),),
                    width=6,
                ),
                Panel(
                    "Petitions without case",
                    "Petitions that supervision knows and that no case is known for.",
                    "short",
                    (
                        (
                            f"max(supervision_petitions_without_case{{{HERE}}})",
                            "without case",
                        ),
                        (f"max(supervision_alarms_standing{{{HERE}}})", "alarms"),
                    ),
                    width=6,
                ),
            ),
        ),
        (
            "How many pass",
            (
                Panel(
                    "Last 24 hours, by stage",
                    "Facts told in the last 24 hours; a case may pass several stages in a day.",
                    "short",
                    tuple((_told(type_, "24h"), name) for type_, name in STAGES),
                    "bargauge",
                    24,
                ),
                Panel(
                    "An hour, by stage",
                    "Facts told in the hour before each moment.",
                    "short",
                    tuple((_told(type_, "1h"), name) for type_, name in STAGES),
                    width=24,
                ),
            ),
        ),
        (
            "What petitioners are told",
            (
                Panel(
                    "Notices sent",
                    "Notices that gateways took in the hour before each moment, by medium.",
                    "short",
                    (
                        (
                            "sum by (medium) (increase(notices_handed_over_total"
                            f'{{{HERE}, outcome="sent"}}[1h]))',
                            "{{medium}}",
                        ),
                    ),
                ),
                Panel(
                    "Notices not taken",
                    "Notices that gateways refused or failed on in the hour before each moment.",
                    "short",
                    (
                        (
                            "sum by (medium, outcome) (increase(notices_handed_over_total"
                            f'{{{HERE}, outcome!="sent"}}[1h]))',
                            "{{medium}} {{outcome}}",
                        ),
                    ),
                ),
                Panel(
                    "Notices that wait",
                    "Notices that are due and not sent, by medium; letters wait to be printed.",
                    "short",
                    ((f"max by (medium) (notices_waiting{{{HERE}}})", "{{medium}}"),),
                ),
            ),
        ),
        (
            "The city",
            (
                Panel(
                    "Exchanges that wait",
                    "What the city has not acknowledged yet.",
                    "short",
                    ((f"max(sync_municipal_pending{{{HERE}}})", "waiting"),),
                ),
                Panel(
                    "Oldest exchange that waits",
                    "How long the city has not been told.",
                    "s",
                    ((f"max(sync_municipal_oldest_pending_seconds{{{HERE}}})", "oldest"),),
                ),
                Panel(
                    "Refused by the city",
                    "Exchanges that the city would not take.",
                    "short",
                    ((f"max(sync_municipal_refused{{{HERE}}})", "refused"),),
                ),
            ),
        ),
    ),
)

DASHBOARDS = {"system": SYSTEM, "service": SERVICE, "petitions": PETITIONS}
