"""Petitions on their way through the stages."""

from panels import HERE, Dashboard, Panel

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
