"""Waits until every service has handled all there is, and says what each of them counts."""

import time
from dataclasses import dataclass

from tqdm import tqdm

from shared.demo.client import SERVICES, Client, ask

_WAITING = ("outbox_pending", "inbox_pending", "replays_pending")
_FAILED = ("inbox_dead", "inbox_unknown")
_POLL_S = 1.0
_CALM_ROUNDS = 2  # an event may be on its way between two services that both look idle


@dataclass(frozen=True)
class Figures:
    """What one service knows, has yet to do, and could not do."""

    petitions: int
    pending: int
    dead: int


def figures(clients: tuple[Client, ...], service: str) -> Figures:
    """One service's figures, asked by the first of `clients` that may."""
    backlog = ask(clients, service, "/v1/ops/backlog")
    counts = ask(clients, service, "/v1/counts")
    waiting = sum(int(backlog.get(name) or 0) for name in _WAITING)
    return Figures(
        petitions=int(counts["petitions"]),
        pending=waiting + int(counts.get("pending") or 0),
        dead=sum(int(backlog.get(name) or 0) for name in _FAILED),
    )


def settle(
    clients: tuple[Client, ...], *, patience: float = 300.0, show: bool = True
) -> dict[str, Figures]:
    """Wait while anything moves; gives up after `patience` seconds without any change."""
    calm, last, changed = 0, None, time.monotonic()
    with tqdm(desc="等待各服务处理完毕", unit="次", disable=not show) as bar:
        while True:
            now = {service: figures(clients, service) for service in SERVICES}
            pending = sum(f.pending for f in now.values())
            level = len({f.petitions for f in now.values()}) == 1
            bar.set_postfix_str(f"待处理 {pending}", refresh=False)
            bar.update()
            calm = calm + 1 if pending == 0 and level else 0
            if now != last:
                last, changed = now, time.monotonic()
            if calm >= _CALM_ROUNDS or time.monotonic() - changed > patience:
                return now
            time.sleep(_POLL_S)
