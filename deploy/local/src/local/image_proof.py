"""make image-proof: build every service's image twice, compare, and run all as pods would.

Needs root on Debian. BASE_IMAGE names a base to use; without it one is made by debootstrap from
MIRROR. IMAGE_ARGS are further arguments for every build. All of it, storage and servers, lives in
a temporary folder that is removed at the end.
"""

import os
import re
import signal
import stat
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any

from local.image_stack import ImageStack, run, try_to_write
from local.image_store import ROOT, Entry, Image, NotProven, Store
from local.postgres import PrivatePostgres
from local.servers import PrivateRabbit, ServerMissing
from local.stack import ENDPOINTS_FILE
from shared.demo.client import Client, DemoError, Endpoints
from shared.local_secrets import password
from shared.service import Service, find_services

# Paths that no image may have: installers, build tools, histories.
_UNWANTED = re.compile(
    r"(.*/)?(pip\d?[\d.]*|setuptools|wheel|ensurepip|pkg_resources|_distutils_hack|python-wheels"
    r"|\.git|(pip|setuptools|wheel)-.*\.(whl|dist-info|egg-info))"
    r"|(.*/)?s?bin/(gcc|g\+\+|cc|c\+\+|make|ld|git)(-.*)?"
)
_OURS = "opt/minsheng"
_UID = 10001
_TERMINATED_EXIT = 143
_SEEN_SECONDS, _POLL_SECONDS = 60.0, 0.05
_PETITION = {
    "channel": "hotline",
    "title": "鹭洲一路人行道地砖破损",
    "content": "鹭洲一路菜市场门口的人行道地砖碎了一大片，老人容易摔倒，请派人修补。",
}

Listing = Mapping[str, Entry]


def main() -> int:
    """0 when every promise holds; 1 with the one that does not, in a line."""
    # SIGTERM must leave nothing behind either: neither the storage nor the servers.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(_TERMINATED_EXIT))
    try:
        _prove()
    except (NotProven, ServerMissing, DemoError) as error:
        sys.stderr.write(f"image-proof: {error}\n")
        return 1
    say("all of it holds")
    return 0


def say(text: str) -> None:
    """One line of the report."""
    sys.stdout.write(f"image-proof: {text}\n")
    sys.stdout.flush()


def check(holds: object, what: str) -> None:
    """NotProven with `what` unless it holds."""
    if not holds:
        raise NotProven(what)


def _prove() -> None:
    check(os.geteuid() == 0, "needs root: debootstrap and chroot do")
    services = find_services()
    with _folder() as folder, Store(folder / "first") as first:
        base = _base(first, folder)
        images, base_files = _build_all(first, services, base), first.open(base).listing()
        listings = {name: image.listing() for name, image in images.items()}
        with Store(folder / "second") as second:
            if not os.environ.get("BASE_IMAGE"):
                second.load(folder / "base.tar")
            for name, again in _build_all(second, services, base).items():
                _compare(name, images[name], listings[name], again)
        for service in services:
            _check_files(service, images[service.name], listings[service.name], base_files)
        _run_all(folder / "var", services, images)


@contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="minsheng-image-proof-") as name:
        Path(name).chmod(0o711)
        yield Path(name)


def _base(store: Store, folder: Path) -> str:
    given = os.environ.get("BASE_IMAGE")
    if given:
        return given
    began = time.monotonic()
    base = store.make_base(os.environ.get("MIRROR") or "http://deb.debian.org/debian")
    store.save(base, folder / "base.tar")
    say(f"base by debootstrap in {time.monotonic() - began:.0f} s")
    return base


def _build_all(store: Store, services: Sequence[Service], base: str) -> dict[str, Image]:
    images = {}
    for service in services:
        number = version(f"minsheng-{service.name}")
        took = store.build(
            service.name,
            base=base,
            version=number,
            arguments=os.environ.get("IMAGE_ARGS", ""),
        )
        images[service.name] = store.open(f"localhost/minsheng/{service.name}:{number}")
        say(f"{service.name}: built in {took:.0f} s")
    return images


def _compare(name: str, one: Image, files: Listing, two: Image) -> None:
    """Two builds that share nothing but the base have the same files, times and owners included."""
    again = two.listing()
    differing = sorted(
        path for path in files.keys() | again.keys() if files.get(path) != again.get(path)
    )
    check(not differing, f"{name}: two builds differ in {len(differing)} files: {differing[:10]}")
    same = "the same image digest" if one.digest == two.digest else "another image digest"
    say(f"{name}: {len(files)} files, links and folders are the same in both builds; {same}")


def _check_files(service: Service, image: Image, files: Listing, base: Listing) -> None:
    name = service.name
    unwanted = [path for path in files if _UNWANTED.fullmatch(path)]
    check(not unwanted, f"{name}: has what it must not have: {unwanted[:10]}")
    loose = sorted(_installed(files) - _pinned())
    check(not loose, f"{name}: not as constraints.txt pins it: {loose}")
    foreign = [p for p, e in files.items() if p.startswith(_OURS) and e.owner != (0, 0)]
    check(not foreign, f"{name}: files under /{_OURS} that are not root's: {foreign[:10]}")
    for module in ("pip", "setuptools", "ensurepip", "wheel"):
        found = run(
            image, ["python", "-c", f"import importlib.util as u; print(u.find_spec('{module}'))"]
        )
        check(found.strip() == "None", f"{name}: python finds {module}: {found}")
    tried = try_to_write(image)
    check(tried["written"] == ["/tmp"], f"{name}: can write to {tried['written']}")
    rights = (tried["ids"], tried["groups"], tried["capabilities"], tried["no_new_privileges"])
    check(rights[0] == [_UID, _UID] and rights[2:] == (0, 1), f"{name}: runs with {rights}")
    own = {path: entry for path, entry in files.items() if base.get(path) != entry}
    own_mb, all_mb = (sum(e.size for e in some.values()) / 1e6 for some in (own, files))
    regular = sum(stat.S_ISREG(entry.mode) for entry in own.values())
    packed = ", ".join(f"{size / 1e6:.2f}" for _, size in image.layers)
    say(
        f"{name}: {all_mb:.1f} MB, {own_mb:.1f} MB in {regular} files of it beside the base;"
        f" layers packed: {packed} MB; of {tried['tried']} folders only /tmp can be written"
    )


def _installed(files: Listing) -> set[str]:
    """name==version of every library that an image has; the names as files spell them."""
    found = (re.fullmatch(r".*/([^/]+)-([^/]+)\.dist-info", path) for path in files)
    libraries = {f"{match[1]}=={match[2]}".lower() for match in found if match}
    return {library for library in libraries if not library.startswith("minsheng_")}


def _pinned() -> set[str]:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").split()
    return {line.lower().replace("-", "_") for line in lines}


def _run_all(var: Path, services: Sequence[Service], images: Mapping[str, Image]) -> None:
    with (
        PrivateRabbit() as rabbit,
        PrivatePostgres() as postgres,
        ImageStack(
            images, var=var, bus_url=rabbit.url, database_of=postgres.create_database
        ) as stack,
    ):
        names = list(stack.metrics_ports)
        for name in names:
            wanted = "http_requests_total" if name.endswith(".web") else "outbox_pending"
            check(wanted in stack.metrics(name), f"{name}: {wanted} is not among its metrics")
            say(f"{name}: ready after {stack.seconds_to_ready[name]:.2f} s, metrics served")
        _register_and_see(stack)
        for name in names:
            code, took = stack.end(name)
            check(
                code == 0, f"{name}: after SIGTERM its exit code is {code}:\n{stack.log_tail(name)}"
            )
            say(f"{name}: exit code 0, {took:.2f} s after SIGTERM")


def _register_and_see(stack: ImageStack) -> None:
    """A petition registered with intake's image becomes a case in routing's."""
    endpoints = Endpoints.from_file(stack.var / ENDPOINTS_FILE)
    secret = password(stack.var)
    with (
        Client(endpoints, username="registrar", password=secret) as registrar,
        Client(endpoints, username="dispatcher", password=secret) as dispatcher,
    ):
        answer = registrar.post("intake", "/v1/petitions", _PETITION)
        began = time.monotonic()
        found: list[Any] = []
        while not found:
            time.sleep(_POLL_SECONDS)
            waited = time.monotonic() - began
            check(waited < _SEEN_SECONDS, f"no case after {waited:.0f} s")
            found = dispatcher.get("routing", "/v1/cases", petition_id=answer["petition_id"])[
                "items"
            ]
        took = time.monotonic() - began
    say(f"petition {answer['petition_no']} was a case in routing after {took:.2f} s")


if __name__ == "__main__":
    sys.exit(main())
