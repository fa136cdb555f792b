"""Images in a buildah storage of our own: a Debian base, the services' images, what is in them."""

import hashlib
import json
import os
import shutil
import stat
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[4]
_BASE = "localhost/minsheng-base"
_INCLUDED = "python3,python3-venv,ca-certificates"


class NotProven(Exception):
    """A promise of the images that does not hold; the message says which and where."""


@dataclass(frozen=True)
class Entry:
    """What is compared of a file, link or folder in an image."""

    mode: int
    owner: tuple[int, int]
    modified: int
    size: int
    content: str


@dataclass(frozen=True)
class Image:
    """A built image: its digest, what it is configured to run, and its files laid out in a folder.

    `layers` holds the digest and the compressed size of each, the base's first.
    """

    digest: str
    config: Mapping[str, Any]
    root: Path
    layers: tuple[tuple[str, int], ...]

    @property
    def env(self) -> dict[str, str]:
        """The environment that the image brings along."""
        return dict(line.split("=", 1) for line in self.config["Env"])

    def listing(self) -> dict[str, Entry]:
        """Every path below the root, with what is compared of it."""
        return {
            str(path.relative_to(self.root)): _entry(path) for path in sorted(self.root.rglob("*"))
        }


def _entry(path: Path) -> Entry:
    status = path.lstat()
    content = ""
    if stat.S_ISREG(status.st_mode):
        content = hashlib.sha256(path.read_bytes()).hexdigest()
    elif stat.S_ISLNK(status.st_mode):
        content = str(path.readlink())
    return Entry(
        mode=status.st_mode,
        owner=(status.st_uid, status.st_gid),
        modified=int(status.st_mtime),
        size=status.st_size if stat.S_ISREG(status.st_mode) else 0,
        content=content,
    )


class Store:
    """buildah with storage driver vfs and isolation chroot, which need nothing from the kernel."""

    def __init__(self, folder: Path) -> None:
        """`folder` must be one that others may pass through: uid 10001 runs what lies in it."""
        self.folder = folder
        self._where = [f"--root={folder}/storage", f"--runroot={folder}/run"]
        self._where += ["--storage-driver=vfs"]

    def __enter__(self) -> "Store":
        self.folder.mkdir(mode=0o711)
        return self

    def __exit__(self, *_: object) -> None:
        self._buildah("rm", "--all")
        shutil.rmtree(self.folder)

    def make_base(self, mirror: str) -> str:
        """A minimal Debian with Python, by debootstrap; returns the image's name."""
        container = self._buildah("from", "scratch")
        root = self._buildah("mount", container)
        _run(
            ["debootstrap", "--variant=minbase", f"--include={_INCLUDED}", "bookworm", root, mirror]
        )
        for left in ("var/cache/apt/archives", "var/lib/apt/lists"):
            shutil.rmtree(Path(root, left))
        self._buildah("commit", "--rm", container, _BASE)
        return _BASE

    def save(self, image: str, archive: Path) -> None:
        """Write an image into a file that `load` of another store reads."""
        self._buildah("push", image, f"oci-archive:{archive}:{image}")

    def load(self, archive: Path) -> None:
        """Take over an image that `save` has written."""
        self._buildah("pull", f"oci-archive:{archive}")

    def build(self, service: str, *, base: str, version: str, arguments: str) -> float:
        """Run `build-image` for a service; returns the seconds it took."""
        began = time.monotonic()
        _run(
            [str(ROOT / "deploy/build-image"), service],
            BUILDER="buildah",
            BASE_IMAGE=base,
            VERSION=version,
            IMAGE_ARGS=" ".join([*self._where, "--isolation=chroot", arguments]),
        )
        return time.monotonic() - began

    def open(self, name: str) -> Image:
        """Lay an image's files out in a folder, which stays until the store ends."""
        described = json.loads(self._buildah("inspect", "--type=image", name))
        container = self._buildah("from", "--pull-never", name)
        root = Path(self._buildah("mount", container))
        for parent in root.relative_to(self.folder).parents:
            (self.folder / parent).chmod(0o711)
        return Image(
            digest=described["FromImageID"],
            config=described["OCIv1"]["config"],
            root=root,
            layers=self._layers(name),
        )

    def _layers(self, name: str) -> tuple[tuple[str, int], ...]:
        """As a registry would get them; layers that images share are written once."""
        out, index = self.folder / "pushed", self.folder / "pushed/index.json"
        self._buildah("push", name, f"oci:{out}:{name}")
        blobs = out / "blobs/sha256"
        for manifest in json.loads(index.read_text())["manifests"]:
            if manifest["annotations"]["org.opencontainers.image.ref.name"] == name:
                text = (blobs / manifest["digest"].removeprefix("sha256:")).read_text()
                return tuple(
                    (layer["digest"], layer["size"]) for layer in json.loads(text)["layers"]
                )
        raise NotProven(f"{name} was not pushed to {out}")

    def _buildah(self, command: str, *arguments: str) -> str:
        return _run(["buildah", *self._where, command, *arguments])


def _run(command: list[str], **env: str) -> str:
    done = subprocess.run(
        command, env={**os.environ, **env}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        said = "\n".join((done.stdout + done.stderr).splitlines()[-20:])
        raise NotProven(f"{' '.join(command[:2])} ended with {done.returncode}:\n{said}")
    return done.stdout.strip()
