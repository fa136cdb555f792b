"""import: `python -m intake import` of a register with texts of 200 characters in the mean.

Beside it COPY, which puts the very rows that the import left into tables with the same indexes.
"""

import csv
import os
import random
import resource
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import psycopg
import xlsxwriter
from psycopg import sql

from bench.place import Place, connect
from bench.table import Row

FLOOR = 2000
_ROWS = 50_000
_TABLES = ("petitions", "petitioners", "subject_versions", "outbox")
_HEAD = ("标题", "内容", "姓名", "电话", "身份证号", "地址", "来信日期", "原编号", "信访目的")
_NAMES = "王李张刘陈杨黄赵周吴徐孙", "建国秀英志强丽华海燕晓峰桂兰玉梅"
_PLACES = ("松林路", "朝阳小区", "湖滨花园", "东风街", "新河村", "光明里", "学府路", "西苑")
_SENTENCES = (
    "{place}{n}号楼下水管道堵塞已有{n}天，污水漫到一楼过道，气味很大。",
    "我们多次向物业公司反映，对方一直说正在联系维修，至今没有人来。",
    "家里有老人和小孩，出行很不方便，担心再发生摔倒的事情。",
    "去年{n}月也出现过同样的问题，当时只是临时疏通，没有彻底解决。",
    "工地每天凌晨{n}点还在施工，噪声影响附近{n}户居民休息。",
    "公司拖欠我和{n}名工友{n}个月工资，老板电话打不通。",
    "希望有关部门到现场查看，督促责任单位限期整改，并给我们一个答复。",
    "相关照片和缴费凭证我都保留着，需要时可以提供。",
)


def measure(place: Place) -> Iterator[Row]:
    """The same register as CSV and as XLSX, each by one channel."""
    rows = [_HEAD, *_register(place.count(_ROWS, least=2000))]
    with place.stack("import", "intake") as stack:
        _, env = stack.commands["intake.web"]
        for name in ("intake.web", "intake.worker"):
            stack.terminate(name)
        for kind, write, channel in (("CSV", _csv, "letter"), ("XLSX", _xlsx, "visit")):
            path = place.folder / f"register.{kind.lower()}"
            write(path, rows)
            began, used = time.monotonic(), _processor_seconds()
            subprocess.run(
                [sys.executable, "-m", "intake", "import", path, "--channel", channel],
                env=os.environ | env,
                check=True,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            rate = (len(rows) - 1) / (time.monotonic() - began)
            each = (_processor_seconds() - used) / (len(rows) - 1) * 1e6
            with connect(stack, "intake") as database:
                limit = _copied(database)
            place.say(f"import, {kind}: {rate:.0f} rows/s, COPY {limit:.0f} rows/s")
            yield Row(
                f"import, {kind}",
                rate,
                "/s",
                limit,
                "COPY, same rows",
                FLOOR,
                note=f"{each:.0f} µs of processor time a row, PostgreSQL's not counted",
            )


def _processor_seconds() -> float:
    """What ended children have used of the processors."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _register(count: int) -> Iterator[Sequence[str]]:
    """Rows of a register, the same ones in each run."""
    draw = random.Random(count)
    for number in range(count):
        place, several = draw.choice(_PLACES), draw.randint(2, 28)
        content = "".join(
            draw.choice(_SENTENCES).format(place=place, n=draw.randint(2, 12))
            for _ in range(draw.randint(2, 12))
        )
        yield (
            f"{place}{several}号住户反映问题",
            content,
            draw.choice(_NAMES[0]) + "".join(draw.sample(_NAMES[1], 2)),
            f"139{draw.randrange(10**8):08d}",
            f"110101199{draw.randrange(10)}0307{draw.randrange(10**4):04d}",
            f"{place}{several}号",
            f"2026-02-{several:02d}",
            f"L-{number}",
            "申诉求决",
        )


def _csv(path: Path, rows: Sequence[Sequence[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)


def _xlsx(path: Path, rows: Sequence[Sequence[str]]) -> None:
    with xlsxwriter.Workbook(path, {"constant_memory": True}) as book:
        sheet = book.add_worksheet()
        for at, row in enumerate(rows):
            sheet.write_row(at, 0, row)


def _copied(database: psycopg.Connection) -> float:
    """Petitions a second if all rows of the database are put in again by nothing but COPY."""
    kept = {}
    for table in _TABLES:
        limit = sql.Identifier(f"limit_{table}")
        like = sql.SQL("CREATE TABLE {} (LIKE {} INCLUDING ALL)")
        database.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(limit))
        database.execute(like.format(limit, sql.Identifier(table)))
        out = sql.SQL("COPY (SELECT * FROM {}) TO STDOUT").format(sql.Identifier(table))
        with database.cursor().copy(out) as copy:
            kept[table] = [bytes(piece) for piece in copy]
    began = time.monotonic()
    for table, pieces in kept.items():
        into = sql.SQL("COPY {} FROM STDIN").format(sql.Identifier(f"limit_{table}"))
        with database.cursor().copy(into) as copy:
            for piece in pieces:
                copy.write(piece)
    return len(kept["petitions"]) / (time.monotonic() - began)
