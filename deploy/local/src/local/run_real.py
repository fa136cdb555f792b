"""make run-real: every service as its own processes, on a RabbitMQ and a PostgreSQL of our own.

Data, secrets and logs are kept under VAR/real; nothing outlives this process.
"""

import os
import sys
from pathlib import Path

from local import restore
from local.place import Place, archive_seconds
from local.postgres import DataMissing, PrivatePostgres
from local.servers import PrivateRabbit
from local.stack import ENDPOINTS_FILE, Stack
from shared import log
from shared.auth import ROLES
from shared.cli import stop_on_signals
from shared.clock import SystemClock
from shared.demo import sample_loader
from shared.demo.client import Client, Endpoints
from shared.embedded import VarInUse, lock_var
from shared.local_secrets import password
from shared.settings import BadSettings


def main() -> None:
    """Start servers and services, print one READY line, stop everything on a signal."""
    try:
        _run(Place.of_environment(), archive_seconds=archive_seconds())
    except (VarInUse, DataMissing, BadSettings) as error:
        sys.stderr.write(f"{error}\n")
        raise SystemExit(1) from error


def _run(place: Place, *, archive_seconds: int) -> None:
    var = place.var
    with lock_var(var):
        log.configure("run-real", "WARNING")
        stop = stop_on_signals()
        with PrivateRabbit(place.rabbitmq) as rabbit:
            restore.finish(place, bus_url=rabbit.url)
            with (
                PrivatePostgres(place.postgres, archive_seconds=archive_seconds) as postgres,
                Stack(var=var, bus_url=rabbit.url, database_of=postgres.create_database) as stack,
            ):
                _load_samples(var)
                _announce(stack, var)
                stop.wait()


def _load_samples(var: Path) -> None:
    if os.environ.get("DEMO", "1") == "0" or sample_loader.is_loaded(var):
        return
    sys.stderr.write("首次启动：正在装入示例机构和信访件……\n")
    endpoints = Endpoints.from_file(var / ENDPOINTS_FILE)
    with Client(endpoints, username="importer", password=password(var)) as client:
        sample_loader.load(client, var=var, now=SystemClock().now(), show=False)


def _announce(stack: Stack, var: Path) -> None:
    names = ",".join(ROLES)
    sys.stdout.write(
        f"READY {stack.endpoints['intake']} endpoints={var / ENDPOINTS_FILE} "
        f"accounts={names} password={password(var)}\n"
    )
    sys.stdout.flush()


if __name__ == "__main__":
    main()
