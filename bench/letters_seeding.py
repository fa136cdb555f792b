"""Made-up petitions put straight into intake's tables, compared as the job would have left them."""

import datetime as dt
import hashlib
import uuid
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from typing import Any

import psycopg

from bench.letters import Letter, letter
from intake.domain.sameness import EVERY, read_words, text_digest

_PIECE = 20_000
_PROCESSES = 2
_SECRET_EVERY = 50
_INTO = {
    "petitions": (
        "petition_id, petition_no, channel, title, content, place, purpose, secrecy, secret, "
        "received_at, registered_at, registered_by, historical, query_code_digest"
    ),
    "petitioners": "petition_id, phone_index",
    "fingerprints": "petition_id, digest, pairs",
    "cases": "case_id, version, state, state_at, secret",
    "case_access": "petition_id, case_id, version, units",
}
_COUNT = (
    "INSERT INTO pair_counts SELECT pair, count(*) FROM fingerprints, unnest(pairs) AS pair "
    "GROUP BY pair",
    f"INSERT INTO pair_counts SELECT {EVERY}, count(*) FROM fingerprints",
)
_INDEX = (
    "SET maintenance_work_mem = '512MB'",
    "CREATE INDEX fingerprints_pairs ON fingerprints USING gin (pairs) WITH (fastupdate = off)",
    "VACUUM ANALYZE",
)


def fill(url: str, size: int, *, say: Callable[[str], None]) -> None:
    """`size` petitions of five years, each with its case; the index of pairs is built last."""
    last = dt.datetime.now(dt.UTC) - dt.timedelta(hours=1)
    with psycopg.connect(url, autocommit=True) as database:
        database.execute("DROP INDEX fingerprints_pairs")
    pieces = [range(start, min(start + _PIECE, size)) for start in range(0, size, _PIECE)]
    with ProcessPoolExecutor(_PROCESSES) as processes:
        tasks = [processes.submit(_piece, url, piece, of=size, last=last) for piece in pieces]
        for done, task in enumerate(tasks, 1):
            task.result()
            say(f"matter: {min(done * _PIECE, size):,} of {size:,} made-up petitions")
    with psycopg.connect(url, autocommit=True) as database:
        for statement in (*_COUNT, *_INDEX):
            database.execute(statement)


def _piece(url: str, numbers: range, *, of: int, last: dt.datetime) -> None:
    made = [(number, letter(number, of=of, last=last)) for number in numbers]
    rows = [_rows(number, one) for number, one in made]
    with psycopg.connect(url) as database:
        for table, columns in _INTO.items():
            with database.cursor().copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row[table])


def _rows(number: int, one: Letter) -> dict[str, tuple[Any, ...]]:
    petition_id = str(uuid.UUID(int=number * 0x9E3779B97F4A7C15F39CC0605CEDC835 % 2**128))
    secret = number % _SECRET_EVERY == 0
    words = read_words(one.title, one.content, one.place)
    return {
        "petitions": (
            petition_id, f"XF{number:010d}", "hotline", one.title, one.content, one.place,
            "petition", secret, secret, one.at, one.at, "channel:hotline", False, b"",
        ),
        "petitioners": (petition_id, hashlib.sha256(b"%d" % one.person).digest()),
        "fingerprints": (
            petition_id,
            text_digest(one.title, one.content),
            # As text: a list of numbers takes the driver as long as all the rest.
            "{" + ",".join(map(str, sorted(words.strengths))) + "}",
        ),
        "cases": (petition_id, 1, "closed", one.at, secret),
        "case_access": (petition_id, petition_id, 1, '["transport"]'),
    }  # fmt: skip
