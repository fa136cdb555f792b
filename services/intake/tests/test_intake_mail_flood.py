"""A mailbox that is full, and messages that are large: read in pages, one in memory at a time.

`MAIL_FLOOD=10000 pytest -s` measures what docs/adr/0036 says; by itself it is a few hundred.
"""

import os
import time
from pathlib import Path

import pytest
from mail_desk import letter
from mail_server import until

from intake import models

pytestmark = [
    pytest.mark.servers,
    pytest.mark.parametrize("app", ["postgresql"], indirect=True),
]
DISTINCT, MESSAGES = 100, int(os.environ.get("MAIL_FLOOD", "400"))
SECONDS = 60 + MESSAGES / 10
LARGE = 20 * 1024 * 1024
MOST_KILOBYTES = 400 * 1024


def peak_kilobytes(pid: int) -> int:
    """The most memory that a process ever had."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))


def fill(mail) -> int:
    """`DISTINCT` messages, and copies of them until there are `MESSAGES` at least; how many."""
    mail.deliver(*(letter(message_id=f"<{n}@x.example>") for n in range(DISTINCT)))
    filled = DISTINCT
    with mail.dovecot.box(mail.user) as box:
        while filled < MESSAGES:
            box.client.copy("1:*", "INBOX")
            filled *= 2
    return filled


def test_a_full_mailbox_is_read_to_its_end_in_little_memory(mail, desk):
    filled = fill(mail)
    began = time.monotonic()
    with mail.role(MAIL_TIMEOUT_SECONDS="10", MAIL_LEASE_SECONDS="20") as process:
        until(lambda: len(mail.settled()) == DISTINCT, SECONDS)
        first = time.monotonic() - began
        until(lambda: mail.folders() == {"已登记": filled}, SECONDS, every=1)
        seconds = time.monotonic() - began
        peak = peak_kilobytes(process.pid)
    print(
        f"{DISTINCT / first:.0f} registered/s; {filled} read at {filled / seconds:.0f}/s, {peak} kB"
    )
    assert len(desk.rows(models.petitions)) == DISTINCT
    assert peak < MOST_KILOBYTES / 2


def test_large_messages_are_read_one_at_a_time(mail):
    for number in range(3):
        sent = letter(message_id=f"<{number}@x.example>")
        sent.add_attachment(bytes([number]) * LARGE, "image", "jpeg", filename="a.jpg")
        mail.deliver(sent)
    with mail.role(MAIL_TIMEOUT_SECONDS="20", MAIL_LEASE_SECONDS="40") as process:
        until(lambda: len(mail.stand.files()) == 3, SECONDS)
        until(lambda: mail.folders() == {"已登记": 3})
        peak = peak_kilobytes(process.pid)
    print(f"three messages of 27 MB, at most {peak // 1024} MB")
    assert len(mail.stand.files()) == 3
    assert peak < MOST_KILOBYTES
