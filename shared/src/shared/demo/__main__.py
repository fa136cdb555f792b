"""python -m shared.demo: play real messages, or the project's samples, and print the report."""

import argparse
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from shared.clock import SystemClock
from shared.demo import report, sample_loader
from shared.demo.client import Client, DemoError, Endpoints
from shared.demo.messages import Message, read_messages
from shared.demo.play import DEFAULT_UNIT, Outcome, Player
from shared.demo.settle import settle
from shared.local_secrets import PASSWORD_FILE

_INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """0 when all services agree and nothing is left over, else 1."""
    options = _options(arguments)
    try:
        return _run(options)
    except DemoError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("已中断；再次运行会从中断处继续。", file=sys.stderr)
        return _INTERRUPTED


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    var = Path(os.environ.get("VAR", "./var"))
    port = os.environ.get("PORT", "8000")
    parser = argparse.ArgumentParser(
        prog="python -m shared.demo", description="用真实信件走完全流程并出具报告"
    )
    parser.add_argument("--messages", type=Path, help="信件文件；不给则用自带样例")
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--base", default=f"http://127.0.0.1:{port}", help="一体运行时的地址")
    where.add_argument("--endpoints", type=Path, help="分开运行时的服务地址文件")
    parser.add_argument("--password-file", type=Path, help="口令文件")
    parser.add_argument("--var", type=Path, default=var, help="数据目录")
    parser.add_argument("--workers", type=int, default=int(os.environ.get("DEMO_WORKERS", "6")))
    parser.add_argument("--default-unit", default=DEFAULT_UNIT, help="没有建议单位时转送到哪里")
    parser.add_argument("--json", type=Path, help="同时把报告写入该文件")
    return parser.parse_args(arguments)


def _run(options: argparse.Namespace) -> int:
    password = _password(options.password_file or options.var / PASSWORD_FILE)
    endpoints = (
        Endpoints.from_file(options.endpoints)
        if options.endpoints
        else Endpoints.embedded(options.base)
    )
    with (
        Client(endpoints, username="importer", password=password) as importer,
        Client(endpoints, username="admin", password=password) as admin,
    ):
        outcome, skipped = _play(importer, options)
        services = settle((admin, importer))
        handled = report.collect(
            (importer, admin), outcome.petitions.values(), workers=options.workers
        )
    result = report.build(handled, skipped=skipped, services=services, errors=outcome.errors)
    print(report.render(result))
    if options.json:
        options.json.write_text(result.as_json(), encoding="utf-8")
    return 0 if result.is_sound else 1


def _play(importer: Client, options: argparse.Namespace) -> tuple[Outcome, Mapping[str, int]]:
    now = SystemClock().now()
    if options.messages is None:
        _, outcome = sample_loader.load(importer, var=options.var, now=now, workers=options.workers)
        return outcome, {}
    batch = read_messages(options.messages, now=now)
    messages: tuple[Message, ...] = batch.messages
    sample_loader.load_organisation(importer)
    player = Player(
        client=importer,
        latest=now,
        workers=options.workers,
        default_unit=options.default_unit,
    )
    return player.play(messages), batch.skipped


def _password(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise DemoError(f"无法读取口令文件 {path}：{error.strerror}") from error


if __name__ == "__main__":
    sys.exit(main())
