"""All services at a glance."""

from panels import HERE, Dashboard, Panel, stat

SYSTEM = Dashboard(
    "minsheng-system",
    "Minsheng: system",
    "All services at a glance: what waits, what is dead, what is refused, what is slow.",
    (
        (
            "Now",
            (
                stat(
                    "Alerts firing",
                    "Alerts of this system that fire now; the runbook has a section for each.",
                    f'count(ALERTS{{alertstate="firing", {HERE}}}) or vector(0)',
                ),
                stat(
                    "Dead events",
                    "Events that could not be handled and are not tried again.",
                    f"sum(max by (service) (inbox_dead{{{HERE}}}))",
                ),
                stat(
                    "Oldest event not sent",
                    "Age of the oldest event that waits in any outbox.",
                    f"max(outbox_oldest_pending_seconds{{{HERE}}})",
                    unit="s",
                    bad=60,
                ),
                stat(
                    "Oldest event not handled",
                    "Age of the oldest event that waits in any inbox.",
                    f"max(inbox_oldest_pending_seconds{{{HERE}}})",
                    unit="s",
                    bad=60,
                ),
                stat(
                    "Petitions without case",
                    "Alarms of supervision that stand: registered, and on nobody's desk.",
                    f"max(supervision_alarms_standing{{{HERE}}})",
                ),
                stat(
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
