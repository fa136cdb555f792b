"""What a dashboard is made of: rows of panels, one line of meaning and the queries of each."""

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


def stat(title: str, description: str, query: str, *, unit: str = "short", bad: float = 1) -> Panel:
    """A number that is red from `bad` on."""
    return Panel(title, description, unit, ((query, ""),), "stat", 4, bad)
