"""A PostgreSQL of our own, and the databases in it (or in one that somebody gave us)."""

import os
import pwd
import secrets
import shutil
import signal
import subprocess
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote, urlsplit

import psycopg
from psycopg import sql

from local import wal
from local.servers import PrivateServer, ServerMissing

_SOCKET_PATH_LIMIT = 90


class DataMissing(Exception):
    """There is WAL of a server whose data are gone; empty data would hide the loss."""


class Databases:
    """Databases in a server whose superuser (or CREATEDB, CREATEROLE user) `url` names."""

    def __init__(self, url: str) -> None:
        self._admin_url = url

    @property
    def admin_url(self) -> str:
        """postgresql+psycopg://user:password@host:port/database of the administrator."""
        return self._admin_url

    def create_database(self, name: str) -> str:
        """An empty or existing database with a user of its own; returns that user's URL.

        Nobody but this user and the administrator may connect to it.
        """
        password = self._password_of(name)
        identity, secret = sql.Identifier(name), sql.Literal(password)
        with self._admin() as admin:
            verb = "ALTER" if self._exists(admin, "pg_roles", "rolname", name) else "CREATE"
            admin.execute(sql.SQL(verb + " ROLE {} LOGIN PASSWORD {}").format(identity, secret))
            if not self._exists(admin, "pg_database", "datname", name):
                admin.execute(sql.SQL("GRANT {} TO CURRENT_USER").format(identity))
                admin.execute(sql.SQL("CREATE DATABASE {0} OWNER {0}").format(identity))
            admin.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(identity))
        where = urlsplit(self.admin_url)
        at = f"{where.hostname}:{where.port or 5432}"
        return f"postgresql+psycopg://{quote(name)}:{quote(password)}@{at}/{quote(name)}"

    def drop_database(self, name: str) -> None:
        """Drop the database and its user, with whoever is connected."""
        identity = sql.Identifier(name)
        with self._admin() as admin:
            admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(identity))
            admin.execute(sql.SQL("DROP ROLE IF EXISTS {}").format(identity))

    def _password_of(self, name: str) -> str:
        return secrets.token_urlsafe(18)

    def _admin(self) -> psycopg.Connection:
        return psycopg.connect(
            self.admin_url.replace("+psycopg", "", 1), autocommit=True, connect_timeout=10
        )

    @staticmethod
    def _exists(admin: psycopg.Connection, table: str, column: str, name: str) -> bool:
        query = sql.SQL("SELECT 1 FROM {} WHERE {} = %s").format(
            sql.Identifier(table), sql.Identifier(column)
        )
        return admin.execute(query, [name]).fetchone() is not None


class PrivatePostgres(PrivateServer, Databases):
    """A PostgreSQL server with fsync on and 300 connections, run by an unprivileged user.

    With `archive_seconds` every change is in the archive, for restoring, at the latest so long
    after it was made.
    """

    name = "postgresql"
    _stop_signal = signal.SIGINT

    def __init__(self, folder: Path | None = None, *, archive_seconds: int | None = None) -> None:
        super().__init__(folder)
        self.archive_seconds = archive_seconds

    @property
    def admin_url(self) -> str:
        user, password = self._state["user"], self._state["password"]
        return f"postgresql+psycopg://{user}:{password}@127.0.0.1:{self.port}/postgres"

    @property
    def data(self) -> Path:
        """The folder of the databases."""
        return self.folder / "data"

    @property
    def archive(self) -> Path:
        """The folder of the WAL that is kept for restoring."""
        return self.folder / "archive"

    def connect(self) -> psycopg.Connection:
        """A connection of the administrator's; OperationalError where nobody answers."""
        return self._admin()

    def _password_of(self, name: str) -> str:
        """The same password for every call, so that URLs handed out earlier stay good."""
        passwords = self._state.setdefault("passwords", {})
        if name not in passwords:
            passwords[name] = secrets.token_urlsafe(18)
            self._remember()
        return passwords[name]

    def _launch(self) -> None:
        user = unprivileged_user()
        if user:
            _let_in(self.folder, user)
        if not (self.data / "PG_VERSION").exists():
            if wal.archived(self.archive):
                raise DataMissing(
                    f"{self.data} is missing, and {self.archive} holds WAL of it: restore it, "
                    f"or remove {self.archive} to begin anew"
                )
            self._initialise(user)
        for folder in (self.folder / "sockets", self.archive):
            folder.mkdir(mode=0o700, exist_ok=True)
            if user:
                shutil.chown(folder, user)
        arguments = [f"--{name}={value}" for name, value in self._settings().items()]
        self._guard(
            [str(programs() / "postgres"), "-D", str(self.data), *arguments],
            env=environment(),
            user=user,
        )

    def _settings(self) -> dict[str, object]:
        """What the server is told at its start; everything else is PostgreSQL's default."""
        sockets = self.folder / "sockets"
        found: dict[str, object] = {
            "listen_addresses": "127.0.0.1",
            "port": self.port,
            "unix_socket_directories": sockets if len(str(sockets)) < _SOCKET_PATH_LIMIT else "",
            "max_connections": 300,
            "timezone": "UTC",
            "log_timezone": "UTC",
        }
        if self.archive_seconds is not None:
            found |= {
                "archive_mode": "on",
                "archive_command": wal.archive_command(self.archive),
                "archive_timeout": self.archive_seconds,
            }
        return found

    def _initialise(self, user: str | None) -> None:
        data = self.data
        shutil.rmtree(data, ignore_errors=True)
        data.mkdir(mode=0o700)
        secret = self.folder / "superuser-password"
        secret.touch(mode=0o600)
        secret.write_text(self._state["password"])
        if user:
            shutil.chown(data, user)
            shutil.chown(secret, user)
        try:
            done = subprocess.run(
                [
                    *[str(programs() / "initdb"), "-D", str(data), "-U", self._state["user"]],
                    *["--auth=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8"],
                    f"--pwfile={secret}",
                ],
                user=user,
                group=_group(user) if user else None,
                extra_groups=[] if user else None,
                cwd=self.folder,
                env=environment(),
                capture_output=True,
                text=True,
                check=False,
            )
        finally:
            secret.unlink()
        if done.returncode:
            raise RuntimeError(f"initdb failed:\n{done.stdout}\n{done.stderr}")

    def _answers(self) -> bool:
        try:
            self._admin().close()
        except psycopg.OperationalError:
            return False
        return True


def programs() -> Path:
    """The folder of the newest installed version's programs."""
    found = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda p: int(p.parts[-3])
    )
    program = str(found[-1]) if found else shutil.which("postgres")
    if program is None:
        raise ServerMissing("postgresql is not installed: deploy/local/install-system-packages")
    return Path(program).resolve().parent


def run_program(
    name: str, *arguments: str | Path, env: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run one of PostgreSQL's programs to its end; times it prints are UTC."""
    return subprocess.run(
        [str(programs() / name), *map(str, arguments)],
        env=environment() | {"TZ": "UTC"} | dict(env or {}),
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )


def control_data(data: Path) -> dict[str, str]:
    """What pg_controldata says of a data folder; RuntimeError where it cannot be read."""
    done = run_program("pg_controldata", data)
    if done.returncode:
        raise RuntimeError(f"{data}: {done.stderr.strip()}")
    pairs = (line.partition(":") for line in done.stdout.splitlines())
    return {name.strip(): value.strip() for name, _, value in pairs}


def hand_over(folder: Path) -> None:
    """Give a folder and all in it to the user that PostgreSQL runs as, and to nobody else."""
    folder.chmod(0o700)
    if user := unprivileged_user():
        for path in (folder, *folder.rglob("*")):
            os.chown(path, pwd.getpwnam(user).pw_uid, -1, follow_symlinks=False)


def unprivileged_user() -> str | None:
    """Whom to run as when we are root, which PostgreSQL refuses to run as."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in known else "nobody"


def _group(user: str) -> int:
    return pwd.getpwnam(user).pw_gid


def _let_in(folder: Path, user: str) -> None:
    """Let the unprivileged user pass through our folder, but not list it."""
    folder.chmod(0o711)
    closed = [parent for parent in folder.parents if not parent.stat().st_mode & 0o001]
    if closed:
        raise PermissionError(
            f"user {user} cannot pass through {closed[-1]}, and PostgreSQL does not run as root: "
            f"choose a folder that others may pass through"
        )


def environment() -> dict[str, str]:
    """What PostgreSQL's programs see of ours."""
    return {"LANG": "C.UTF-8", "PATH": os.environ.get("PATH", os.defpath)}
