"""make demo: play messages through the system that runs here, or start one for as long as it takes.

    python -m local.demo [--real] [what `python -m shared.demo` takes]

With --real the system is the one of `make run-real`, otherwise the embedded one of `make run`.
"""

import os
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx

from local.guard import Guarded
from local.stack import ENDPOINTS_FILE
from shared.demo.__main__ import main as play
from shared.demo.client import DemoError, Endpoints

_START_SECONDS = 300.0
_STOP_SECONDS = 60.0


def main(arguments: Sequence[str]) -> int:
    """The exit code of the demo: 0 when all services agree and nothing is left over."""
    real = "--real" in arguments
    rest = [argument for argument in arguments if argument != "--real"]
    var = Path(os.environ.get("VAR", "./var")).resolve()
    home = var / "real" if real else var
    where = ["--endpoints", str(home / ENDPOINTS_FILE)] if real else []
    with _running(real=real, home=home, var=var):
        return play([*where, "--var", str(home), *rest])


@contextmanager
def _running(*, real: bool, home: Path, var: Path) -> Iterator[None]:
    """Use what answers already; else start it without samples and stop it afterwards."""
    if _answers(real=real, home=home):
        yield
        return
    module = "local.run_real" if real else "shared.embedded"
    sys.stderr.write(f"系统未在运行，先启动（python -m {module}，数据目录 {home}）……\n")
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    log = home / "demo-system.log"
    with log.open("wb") as output:
        env = {**os.environ, "VAR": str(var), "DEMO": "0"}
        system = Guarded([sys.executable, "-m", module], env=env, output=output)
    try:
        _wait_ready(system, log)
        yield
    finally:
        system.signal(signal.SIGINT)
        if not system.wait(_STOP_SECONDS):
            system.kill()


def _answers(*, real: bool, home: Path) -> bool:
    try:
        if real:
            url = Endpoints.from_file(home / ENDPOINTS_FILE).url("intake", "/healthz")
        else:
            url = f"http://127.0.0.1:{os.environ.get('PORT', '8000')}/healthz"
        return httpx.get(url, timeout=5).is_success
    except (DemoError, httpx.HTTPError):
        return False


def _wait_ready(system: Guarded, log: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while not any(line.startswith(b"READY ") for line in log.read_bytes().splitlines()):
        if system.returncode is not None or time.monotonic() > deadline:
            raise SystemExit(f"系统没有启动：\n{log.read_text(errors='replace')[-2000:]}")
        time.sleep(0.1)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
