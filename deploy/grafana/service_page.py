"""One service: what it answers, sends, hears and does by the clock."""

from panels import ONE, Dashboard, Panel

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
