"""make run-real: every service as its own processes, on a RabbitMQ and a PostgreSQL of our own.

Data, secrets and logs are kept under VAR/real; nothing outlives this process.
"""

import hashlib
import os
import sys
import tempfile
from pathlib import Path

from local.postgres import PrivatePostgres
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


def main() -> None:
    """Start servers and services, print one READY line, stop everything on a signal."""
    var = Path(os.environ.get("VAR", "./var")).resolve() / "real"
    try:
        lock = lock_var(var)
    except VarInUse as error:
        sys.stderr.write(f"{error}\n")
        raise SystemExit(1) from error
    log.configure("run-real", "WARNING")
    stop = stop_on_signals()
    with (
        lock,
        PrivateRabbit(var / "rabbitmq") as rabbit,
        PrivatePostgres(_postgres_folder(var)) as postgres,
        Stack(var=var, bus_url=rabbit.url, database_of=postgres.create_database) as stack,
    ):
        if os.environ.get("DEMO", "1") != "0" and not sample_loader.is_loaded(var):
            sys.stderr.write("首次启动：正在装入示例机构和信访件……\n")
            endpoints = Endpoints.from_file(var / ENDPOINTS_FILE)
            with Client(endpoints, username="importer", password=password(var)) as client:
                sample_loader.load(client, var=var, now=SystemClock().now(), show=False)
        _announce(stack, var)
        stop.wait()


def _announce(stack: Stack, var: Path) -> None:
    names = ",".join(ROLES)
    sys.stdout.write(
        f"READY {stack.endpoints['intake']} endpoints={var / ENDPOINTS_FILE} "
        f"accounts={names} password={password(var)}\n"
    )
    sys.stdout.flush()


def _postgres_folder(var: Path) -> Path:
    """VAR/real/postgresql, or, where root's PostgreSQL user could not enter it, a folder beside."""
    if os.geteuid() != 0:
        return var / "postgresql"
    var.chmod(0o711)
    if all(parent.stat().st_mode & 0o001 for parent in (var, *var.parents)):
        return var / "postgresql"
    digest = hashlib.sha256(str(var).encode()).hexdigest()[:12]
    folder = Path(tempfile.gettempdir()) / f"minsheng-postgresql-{digest}"
    sys.stderr.write(f"PostgreSQL does not run as root and cannot enter {var}; data: {folder}\n")
    return folder


if __name__ == "__main__":
    main()
