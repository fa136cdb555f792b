"""A real IMAP server, Debian's dovecot, as a private process with a certificate of its own."""

import contextlib
import datetime as dt
import ipaddress
import os
import pwd
import shutil
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from imap_tools import MailBox, MailboxFolderStatusError

PASSWORD = "open-sesame-0123456789"
_CONFIG = """
base_dir = {folder}/run
state_dir = {folder}/run
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
log_path = {folder}/log
protocols = imap
listen = 127.0.0.1
ssl = required
ssl_cert = <{folder}/cert.pem
ssl_key = <{folder}/key.pem
mail_location = mdbox:{folder}/mail/%u
mail_uid = {user}
mail_gid = {group}
first_valid_uid = 1
first_valid_gid = 0
mail_max_userip_connections = 50
auth_mechanisms = plain
namespace inbox {{
  inbox = yes
}}
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={folder}/mail/%u
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = 0
  }}
  inet_listener imaps {{
    port = {port}
    ssl = yes
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
"""


class Dovecot:
    """Knows every user by `PASSWORD`; started, killed and started again on the same mail."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.user = "nobody" if os.getuid() == 0 else pwd.getpwuid(os.getuid()).pw_name
        (folder / "mail").mkdir(parents=True)
        (folder / "run").mkdir()
        self.ca_file = _certify(folder)
        account = pwd.getpwnam(self.user)
        group = _group_name(account.pw_gid)
        (folder / "dovecot.conf").write_text(
            _CONFIG.format(
                folder=folder, user=self.user, group=group, password=PASSWORD, port=self.port
            )
        )
        if os.getuid() == 0:
            for path in (folder, *folder.rglob("*")):
                os.chown(path, account.pw_uid, account.pw_gid)
        self._account = account
        self.start()

    def start(self) -> None:
        """Start it, and wait until it answers."""
        command = [shutil.which("dovecot") or "/usr/sbin/dovecot", "-F", "-c"]
        as_other = {"user": self._account.pw_uid, "group": self._account.pw_gid}
        self.process = subprocess.Popen(
            [*command, str(self.folder / "dovecot.conf")],
            stderr=subprocess.DEVNULL,
            extra_groups=[] if os.getuid() == 0 else None,
            **(as_other if os.getuid() == 0 else {}),
        )
        until(self._answers)

    def stop(self) -> None:
        """End it as an administrator does; a restart finds everything."""
        self.process.terminate()
        self.process.wait(20)

    def box(self, user: str) -> MailBox:
        """A connection of the test's own, signed in."""
        tls = ssl.create_default_context(cafile=self.ca_file)
        return MailBox("127.0.0.1", self.port, timeout=20, ssl_context=tls).login(user, PASSWORD)

    def deliver(self, user: str, *messages: bytes, at: dt.datetime | None = None) -> None:
        """Put messages into the inbox, received at a time or now."""
        with self.box(user) as box:
            for message in messages:
                box.append(message, "INBOX", dt=at or dt.datetime.now(dt.UTC))

    def folders(self, user: str) -> dict[str, int]:
        """How many messages each folder has that has any."""
        with self.box(user) as box:
            counted: dict[str, int] = {}
            for one in box.folder.list():
                # A folder that is being made is listed a moment before it can be asked.
                with contextlib.suppress(MailboxFolderStatusError):
                    counted[one.name] = box.folder.status(one.name)["MESSAGES"]
        return {name: number for name, number in counted.items() if number}

    def originals(self, user: str, folder: str) -> list[bytes]:
        """The messages of a folder byte for byte."""
        with self.box(user) as box:
            box.folder.set(folder)
            found = []
            for uid in box.uids():
                parts = box.client.uid("FETCH", uid, "(BODY.PEEK[])")[1]
                found += [part[1] for part in parts if isinstance(part, tuple)]
        return found

    def _answers(self) -> bool:
        assert self.process.poll() is None, (self.folder / "log").read_text()
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
            return True
        return False


class Wire:
    """A TCP proxy before the server, whose either direction can be held back."""

    def __init__(self, port: int) -> None:
        self._to = port
        self.up, self.down, self.cut = threading.Event(), threading.Event(), threading.Event()
        self.up.set()
        self.down.set()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._sockets: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """End all connections; what was held back is never delivered."""
        self.cut.set()
        self.up.set()
        self.down.set()
        for one in (self._listener, *self._sockets):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client = self._listener.accept()[0]
                server = socket.create_connection(("127.0.0.1", self._to))
                self._sockets += [client, server]
                for source, sink, gate in (
                    (client, server, self.up),
                    (server, client, self.down),
                ):
                    threading.Thread(
                        target=_pump, args=(source, sink, gate, self.cut), daemon=True
                    ).start()


def _pump(
    source: socket.socket, sink: socket.socket, gate: threading.Event, cut: threading.Event
) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65_536):
            gate.wait()
            if cut.is_set():
                return
            sink.sendall(data)
    with contextlib.suppress(OSError):
        sink.shutdown(socket.SHUT_WR)


@contextlib.contextmanager
def dovecot_in(folder: Path) -> Iterator[Dovecot]:
    """A server that does not outlive the tests, in a folder that its own user may enter."""
    server = Dovecot(folder)
    try:
        yield server
    finally:
        if server.process.poll() is None:
            server.stop()


def until(holds, seconds: float = 60.0, *, every: float = 0.05) -> None:
    """Wait for a condition; AssertionError if it does not come about."""
    ends = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < ends, "it did not come about"
        time.sleep(every)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def _group_name(gid: int) -> str:
    import grp  # noqa: PLC0415

    return grp.getgrgid(gid).gr_name


def _certify(folder: Path) -> str:
    """A certificate for 127.0.0.1 that signs itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "imap.test")])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=2))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), True)
        .sign(key, hashes.SHA256())
    )
    (folder / "cert.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return str(folder / "cert.pem")
