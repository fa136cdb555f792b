"""A PostgreSQL of our own, and the databases in it (or in one that somebody gave us)."""

import os
import pwd
import secrets
import shutil
import signal
import subprocess
from pathlib import Path
from urllib.parse import quote, urlsplit

import psycopg
from psycopg import sql

from local.servers import PrivateServer, ServerMissing

_SOCKET_PATH_LIMIT = 90


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
    """A PostgreSQL server with fsync on and 300 connections, run by an unprivileged user."""

    name = "postgresql"
    _stop_signal = signal.SIGINT

    @property
    def admin_url(self) -> str:
        user, password = self._state["user"], self._state["password"]
        return f"postgresql+psycopg://{user}:{password}@127.0.0.1:{self.port}/postgres"

    def _password_of(self, name: str) -> str:
        """The same password for every call, so that URLs handed out earlier stay good."""
        passwords = self._state.setdefault("passwords", {})
        if name not in passwords:
            passwords[name] = secrets.token_urlsafe(18)
            self._remember()
        return passwords[name]

    def _launch(self) -> None:
        binaries = _binaries()
        user = _unprivileged_user()
        data, sockets = self.folder / "data", self.folder / "sockets"
        if user:
            _let_in(self.folder, user)
        if not (data / "PG_VERSION").exists():
            self._initialise(binaries, data, user)
        sockets.mkdir(mode=0o700, exist_ok=True)
        if user:
            shutil.chown(sockets, user)
        short = len(str(sockets)) < _SOCKET_PATH_LIMIT
        settings = {
            "listen_addresses": "127.0.0.1",
            "port": self.port,
            "unix_socket_directories": sockets if short else "",
            "max_connections": 300,
            "timezone": "UTC",
            "log_timezone": "UTC",
        }
        arguments = [f"--{name}={value}" for name, value in settings.items()]
        self._guard(
            [str(binaries / "postgres"), "-D", str(data), *arguments], env=_environment(), user=user
        )

    def _initialise(self, binaries: Path, data: Path, user: str | None) -> None:
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
                    *[str(binaries / "initdb"), "-D", str(data), "-U", self._state["user"]],
                    *["--auth=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8"],
                    f"--pwfile={secret}",
                ],
                user=user,
                group=_group(user) if user else None,
                extra_groups=[] if user else None,
                cwd=self.folder,
                env=_environment(),
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


def _binaries() -> Path:
    """The newest installed version's programs."""
    found = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda p: int(p.parts[-3])
    )
    program = str(found[-1]) if found else shutil.which("postgres")
    if program is None:
        raise ServerMissing("postgresql is not installed: deploy/local/install-system-packages")
    return Path(program).resolve().parent


def program(name: str) -> str:
    """The path of one of the server's programs, such as pgbench."""
    return str(_binaries() / name)


def _unprivileged_user() -> str | None:
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


def _environment() -> dict[str, str]:
    return {"LANG": "C.UTF-8", "PATH": os.environ.get("PATH", os.defpath)}
