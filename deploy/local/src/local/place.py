"""Where an installation of `make run-real` keeps everything: the folders under VAR/real."""

import hashlib
import os
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from shared.local_secrets import SECRETS_FILE, write_private
from shared.settings import BadSettings

ARCHIVE_SECONDS = 60
_LONGEST_ARCHIVE_SECONDS = 86_400
_ELSEWHERE = Path("/var/lib/minsheng")
_ELSEWHERE_FILE = "postgresql-folder"


@dataclass(frozen=True)
class Place:
    """The folders of one installation: `var` is VAR/real, `postgres` may stand elsewhere."""

    var: Path
    postgres: Path

    @classmethod
    def of_environment(cls) -> "Place":
        """VAR/real of the environment's VAR, ./var without one."""
        var = Path(os.environ.get("VAR", "./var")).resolve() / "real"
        return cls(var=var, postgres=_postgres_folder(var))

    @property
    def rabbitmq(self) -> Path:
        """Data, port and password of RabbitMQ."""
        return self.var / "rabbitmq"

    @property
    def backups(self) -> Path:
        """A folder a backup, named by its time."""
        return self.var / "backups"


def archive_seconds() -> int:
    """ARCHIVE_SECONDS: how long a change may be on this disk alone; BadSettings for nonsense."""
    raw = os.environ.get("ARCHIVE_SECONDS") or str(ARCHIVE_SECONDS)
    if not (raw.isascii() and raw.isdigit() and 1 <= int(raw) <= _LONGEST_ARCHIVE_SECONDS):
        raise BadSettings(
            f"ARCHIVE_SECONDS must be a whole number from 1 to {_LONGEST_ARCHIVE_SECONDS}, "
            f"not {raw!r}"
        )
    return int(raw)


def _postgres_folder(var: Path) -> Path:
    """VAR/real/postgresql, or, where root's PostgreSQL user could not enter it, a folder elsewhere.

    Which one is written down in VAR/real and was made for it: an installation that is removed and
    made anew at the same path must not meet the data of the one before.
    """
    if os.geteuid() != 0:
        return var / "postgresql"
    var.mkdir(mode=0o700, parents=True, exist_ok=True)
    var.chmod(0o711)
    if all(parent.stat().st_mode & 0o001 for parent in (var, *var.parents)):
        return var / "postgresql"
    folder = _folder_elsewhere(var)
    sys.stderr.write(f"PostgreSQL does not run as root and cannot enter {var}; data: {folder}\n")
    return folder


def _folder_elsewhere(var: Path) -> Path:
    note = var / _ELSEWHERE_FILE
    if not note.exists():
        write_private(note, str(_folder_of_0_1(var) or _new_folder()))
    return Path(note.read_text(encoding="utf-8"))


def _folder_of_0_1(var: Path) -> Path | None:
    """Where version 0.1 put the data of the installation that stands in `var`, if it did."""
    digest = hashlib.sha256(str(var).encode()).hexdigest()[:12]
    folder = Path(tempfile.gettempdir()) / f"minsheng-postgresql-{digest}"
    return folder if folder.exists() and (var / SECRETS_FILE).exists() else None


def _new_folder() -> Path:
    _ELSEWHERE.mkdir(mode=0o711, parents=True, exist_ok=True)
    return Path(tempfile.mkdtemp(prefix="postgresql-", dir=_ELSEWHERE))
