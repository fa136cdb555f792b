"""The audit chain: each entry is sealed together with the seal of the one before it.

    entry 1 <- seal 1 <- entry 2 <- seal 2 ... <- entry n <- seal n == head(n, seal n)

There is a main chain, and branches beside it so that entries need not wait for one another. The
main chain says how many branches there are, and now and then how far each of them is.

Seals are HMAC-SHA-256 under keys that the database does not have: who can write there and no more
can make no seal. The head tells how many entries there are, so that the newest cannot be taken off
unseen, and an anchor, a head that is kept elsewhere, tells of an older head that was put back.
"""

import datetime as dt
import hashlib
import hmac
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from shared.marks import key_id_of
from shared.settings import weak_secret

ACTS = {
    "look": "查看（脱敏）",
    "history": "查看同一人的其他信访件（脱敏）",
    "search": "按电话或证件号码查找",
    "unmask": "查看身份信息",
    "claim": "为制作文书取用身份信息",
    "attachment": "查看、下载附件",
    "letter": "查看未登记的来信",
    "original": "查看未能读取的来件原文",
    "erase": "删除身份信息",
    "hold": "暂停删除",
    "lift_hold": "解除暂停删除",
    "audit": "查阅审计日志",
    "branch": "开设日志分链",
    "tie": "登记各分链进度",
}
"""What is written down of who comes near a person; a vocabulary that grows."""
BRANCH, TIE = "branch", "tie"
MAIN = 0
"""The main chain's number; branches have 1 and up."""
BRANCHES = 15
APART = 10**15
"""Entry n of chain c has the number c * APART + n."""
NOTHING_BEFORE = bytes(hashlib.sha256().digest_size)

_SEALED = (
    "seq",
    "at",
    "who",
    "act",
    "petition_id",
    "purpose_kind",
    "purpose",
    "document_id",
    "refused",
    "facts",
)


@dataclass(frozen=True)
class AuditKeys:
    """The keys that seal: the first one makes seals, all of them check."""

    keys: Mapping[str, bytes]

    @classmethod
    def parse(cls, text: str) -> "AuditKeys":
        """Keys that are separated by commas; ValueError where one is no good secret."""
        found: dict[str, bytes] = {}
        for key in (part.strip() for part in text.split(",")):
            if problem := weak_secret(key):
                raise ValueError(f"a key of AUDIT_KEYS {problem}")
            found[key_id_of(key)] = key.encode()
        return cls(found)

    @property
    def current(self) -> str:
        """The id of the key that seals now."""
        return next(iter(self.keys))

    def seal(self, message: bytes) -> bytes:
        """The seal of a message under the key that seals now."""
        return hmac.digest(self.keys[self.current], message, "sha256")

    def is_seal(self, seal: bytes, *, key_id: str, message: bytes) -> bool:
        """Whether a seal is this message's; False as well where its key is not known."""
        key = self.keys.get(key_id)
        return key is not None and hmac.compare_digest(
            hmac.digest(key, message, "sha256"), bytes(seal)
        )


def entry_message(entry: Mapping[str, Any], previous: bytes) -> bytes:
    """What of an entry is sealed: the seal before it, and each of its values in a fixed order."""
    values = [_plain(entry[name]) for name in _SEALED]
    text = json.dumps(values, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return bytes(previous) + text.encode()


def branch_message(branch: int, seq: int, seal: bytes) -> bytes:
    """What of a branch's head is sealed."""
    return b"branch %d head %d " % (branch, seq) + bytes(seal)


def head_message(seq: int, seal: bytes, adopts_until: dt.datetime) -> bytes:
    """What of the main chain's head is sealed."""
    return b"head %d %s " % (seq, adopts_until.isoformat().encode()) + bytes(seal)


def _plain(value: Any) -> Any:
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat(timespec="microseconds")
    return value


@dataclass(frozen=True)
class Anchor:
    """How far each chain was right once, to be kept where who can write to the database cannot."""

    chains: Mapping[int, tuple[int, bytes]]
    """The number and the seal of the last entry that was right; the main chain is there always."""

    @classmethod
    def parse(cls, text: str, keys: AuditKeys) -> "Anchor":
        """The anchor that `text` made; ValueError for what was not made with these keys."""
        try:
            kept = json.loads(text)
            chains = {MAIN: (int(kept["seq"]), bytes.fromhex(kept["seal"]))}
            for branch, (seq, seal) in kept.get("branches", {}).items():
                chains[int(branch)] = (int(seq), bytes.fromhex(seal))
            anchor = cls(chains)
            genuine = keys.is_seal(
                bytes.fromhex(kept["anchor_seal"]),
                key_id=str(kept["key_id"]),
                message=anchor._message(),
            )
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise ValueError("not an anchor of the audit chain") from error
        if not genuine:
            raise ValueError("the anchor was not made with the keys in AUDIT_KEYS")
        return anchor

    @property
    def entries(self) -> int:
        """How many entries were right, of all chains together."""
        return sum(seq % APART for seq, _ in self.chains.values())

    def text(self, keys: AuditKeys) -> str:
        """The anchor as JSON, sealed."""
        seq, seal = self.chains[MAIN]
        kept = {
            "seq": seq,
            "seal": seal.hex(),
            "branches": self._branches(),
            "key_id": keys.current,
            "anchor_seal": keys.seal(self._message()).hex(),
        }
        return json.dumps(kept)

    def _branches(self) -> dict[str, tuple[int, str]]:
        return {
            str(chain): (seq, seal.hex())
            for chain, (seq, seal) in sorted(self.chains.items())
            if chain != MAIN
        }

    def _message(self) -> bytes:
        """As before there were branches, where there are none."""
        seq, seal = self.chains[MAIN]
        branches = self._branches()
        told = json.dumps(branches, separators=(",", ":")).encode() if branches else b""
        return b"anchor %d " % seq + seal + told


@dataclass(frozen=True)
class Finding:
    """Something wrong with the chain, in words for whoever has to look into it."""

    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.where}：{self.what}"


def entries(first: int, last: int | None = None) -> str:
    """Entries of a chain as a finding names them, by the numbers they have."""
    chain, start = divmod(first, APART)
    end = start if last is None else last % APART
    named = f"第{start}条" if end == start else f"第{start}至{end}条"
    return named if chain == MAIN else f"分链{chain}{named}"


def head_of(chain: int) -> str:
    """A chain's head as a finding names it."""
    return HEAD if chain == MAIN else f"分链{chain}{HEAD}"


CHANGED = "与封印不符，内容被改动或系伪造"
MISSING = "缺失，已被删除"
MOVED = "与前一条不相衔接"
UNCOUNTED = "不在链首记录的条数之内，系擅自插入"
HEAD = "链首记录"
NO_HEAD = "缺失，已被删除"
FALSE_HEAD = CHANGED
NOT_THE_HEAD = "与链首记录不符"
OUTSIDE = "不在日志链内，过渡期后写入"
NOT_AS_TIED = "与主链登记的进度不符，分链曾被改动或退回旧状态"
NOT_THE_ANCHOR = "与另行保管的核验点不符，日志曾被改动或退回旧状态"


class Examination:
    """Goes through a chain from its beginning or an entry on, and says what is wrong with it."""

    def __init__(
        self, keys: AuditKeys, *, chain: int = MAIN, after: tuple[int, bytes] | None = None
    ) -> None:
        self.keys = keys
        self.chain = chain
        self.seq, self.seal = after or (chain * APART, NOTHING_BEFORE)
        self._follows = True

    def check(self, entry: Mapping[str, Any]) -> Iterator[Finding]:
        """What is wrong with the next entry, in order of `seq`."""
        seq, previous, seal = entry["seq"], bytes(entry["previous"]), bytes(entry["seal"])
        gap = seq > self.seq + 1
        if gap:
            yield Finding(entries(self.seq + 1, seq - 1), MISSING)
        message = entry_message(entry, previous)
        genuine = self.keys.is_seal(seal, key_id=entry["key_id"], message=message)
        if not genuine:
            yield Finding(entries(seq), CHANGED)
        elif self._follows and not gap and previous != self.seal:
            yield Finding(entries(seq), MOVED)
        self.seq, self.seal, self._follows = seq, seal, genuine

    def check_head(self, head: Mapping[str, Any] | None) -> Iterator[Finding]:
        """What is wrong at the end of the chain, all entries that the head counts having passed."""
        if head is None:
            if self.seq > self.chain * APART:
                yield Finding(head_of(self.chain), NO_HEAD)
            return
        if not is_head(head, self.keys):
            yield Finding(head_of(self.chain), FALSE_HEAD)
        elif head["seq"] > self.seq:
            yield Finding(entries(self.seq + 1, head["seq"]), MISSING)
        elif self._follows and bytes(head["seal"]) != self.seal:
            yield Finding(entries(self.seq), NOT_THE_HEAD)


def is_head(head: Mapping[str, Any], keys: AuditKeys) -> bool:
    """Whether a head, the main chain's or a branch's, was made by who has the keys."""
    seq, seal = head["seq"], head["seal"]
    if "branch" in head:
        message = branch_message(head["branch"], seq, seal)
    else:
        message = head_message(seq, seal, head["adopts_until"])
    return keys.is_seal(head["head_seal"], key_id=head["key_id"], message=message)
