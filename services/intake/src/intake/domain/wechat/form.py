"""The form, by talking: from one message to what is asked next. Words are data (wechat.yaml).

purpose -> content -> place -> media -> name -> phone -> confirm [-> change -> …] -> registered

A draft is what was said so far: {purpose, content: [text, …], place, location, media: [{kind,
media_id}, …], name, phone}; `changing` while one of its parts is being said again.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from intake.domain.registration import PETITION_NO, PURPOSES, title_of
from intake.domain.wechat import said as kinds
from intake.domain.wechat.said import Said
from intake.domain.wechat.words import Words

Draft = dict[str, Any]

REGISTER, STATUS, LOOK_UP = "register", "status", "look_up"
"""What is to be done beyond talking."""
CONTENT_LONGEST, PLACE_LONGEST, NAME_LONGEST = 50_000, 300, 100
_SHOWN = 200
_PHONE = re.compile(r"\+?[0-9０-９][-0-9０-９ ()（）]{5,28}[0-9０-９]\Z")
_WEST, _EAST, _SOUTH, _NORTH = 70, 140, 0, 56
_AROUND, _CODE_LONGEST = " \n，,：:、查询码", 40
_FOLLOWING = {
    "purpose": "content",
    "content": "place",
    "place": "media",
    "media": "name",
    "name": "phone",
    "phone": "confirm",
}


@dataclass(frozen=True)
class Turn:
    """Where the form is after a message, what is answered, and what is to be done."""

    step: str | None
    draft: Draft
    answer: str | None
    deed: str | None = None
    asked: tuple[str, str] = ("", "")
    """Number and code, where a petition is to be looked up."""


@dataclass(frozen=True)
class Form:
    """The form with its words, and what stands in them at this office."""

    words: Words
    office: str
    where: str
    hours: int
    most: int

    def say(self, name: str, **values: Any) -> str:
        """What is said on an occasion."""
        known = {"office": self.office, "where": self.where, "hours": self.hours, "most": self.most}
        return self.words.say[name].format_map(known | values)

    def turn(self, step: str | None, draft: Draft, said: Said) -> Turn:
        """What becomes of a message at a step; None is outside the form."""
        if said.kind in _WITHOUT_ASKING:
            return _WITHOUT_ASKING[said.kind](self, step, draft)
        command = said.command or self.words.commands.get(said.text, "")
        if command in _COMMANDS:
            return _COMMANDS[command](self, step, draft)
        if step is None:
            return self._outside(said)
        if said.kind in (kinds.PICTURE, kinds.VOICE):
            return self._medium(step, draft, said)
        return _STEPS[step](self, draft, said)

    def ask(self, step: str, draft: Draft) -> Turn:
        """Ask what a step asks."""
        return Turn(step, draft, self.words.form[step].format_map(self._values(draft)))

    def _values(self, draft: Draft) -> dict[str, Any]:
        content = "\n".join(draft.get("content", ()))
        rest = f"……（共{len(content)}字）" if len(content) > _SHOWN else ""
        return {
            "purpose": PURPOSES.get(draft.get("purpose", ""), ""),
            "content": content[:_SHOWN] + rest,
            "place": (draft.get("place") or "未填写")[:_SHOWN],
            "media": len(draft.get("media", ())),
            "most": self.most,
            "name": draft.get("name") or "匿名",
            "phone": draft.get("phone") or "未填写",
        }

    def _report(self, step: str | None, draft: Draft) -> Turn:
        if step is None:
            return self.ask("purpose", {})
        again = self.ask(step, draft)
        return Turn(step, draft, f"{self.say('going_on')}\n\n{again.answer}")

    def _status(self, step: str | None, draft: Draft) -> Turn:
        return Turn(step, draft, None, STATUS)

    def _help(self, step: str | None, draft: Draft) -> Turn:
        return Turn(step, draft, self.say("help"))

    def _cancel(self, step: str | None, _draft: Draft) -> Turn:
        return Turn(None, {}, self.say("cancelled" if step else "nothing_to_cancel"))

    def _close(self, _step: str | None, _draft: Draft) -> Turn:
        return Turn(None, {}, None)

    def _say_nothing(self, step: str | None, draft: Draft) -> Turn:
        return Turn(step, draft, None)

    def _welcome(self, step: str | None, draft: Draft) -> Turn:
        return Turn(step, draft, self.say("welcome"))

    def _not_taken(self, step: str | None, draft: Draft) -> Turn:
        return Turn(step, draft, self.say("not_taken"))

    def _outside(self, said: Said) -> Turn:
        asked = number_and_code(said.text)
        if asked:
            return Turn(None, {}, None, LOOK_UP, asked)
        return Turn(None, {}, self.say("welcome"))

    def _purpose(self, draft: Draft, said: Said) -> Turn:
        purpose = self.words.purposes.get(said.text)
        if purpose is None:
            return Turn("purpose", draft, self._again("purpose", draft, "choose"))
        return self._next("purpose", draft | {"purpose": purpose})

    def _content(self, draft: Draft, said: Said) -> Turn:
        parts = draft.get("content", [])
        if said.kind != kinds.TEXT:
            return Turn("content", draft, self.say("send_text"))
        if self._means(said, "done"):
            if not parts:
                return Turn("content", draft, self.say("nothing_written"))
            return self._next("content", draft)
        if not said.text:
            return self.ask("content", draft)
        longer = [*parts, said.text]
        count = len("\n".join(longer))
        if count > CONTENT_LONGEST:
            return Turn("content", draft, self.say("too_long", longest=CONTENT_LONGEST))
        return Turn("content", draft | {"content": longer}, self.say("taken", count=count))

    def _place(self, draft: Draft, said: Said) -> Turn:
        if said.point is not None:
            longitude, latitude = said.point
            if not (_WEST <= longitude <= _EAST and _SOUTH <= latitude <= _NORTH):
                return Turn("place", draft, self.say("out_of_china"))
            point = {"longitude": longitude, "latitude": latitude, "system": "gcj02"}
            named = _line(said.text)[:PLACE_LONGEST] or f"经度{longitude:.6f}，纬度{latitude:.6f}"
            return self._next("place", draft | {"place": named, "location": point})
        if self._means(said, "skip"):
            return self._next("place", draft)
        return self._line("place", draft, said, longest=PLACE_LONGEST)

    def _media(self, draft: Draft, said: Said) -> Turn:
        if self._means(said, "done") or self._means(said, "skip"):
            return self._next("media", draft)
        return self.ask("media", draft)

    def _name(self, draft: Draft, said: Said) -> Turn:
        if self._means(said, "anonymous"):
            return self._next("phone", draft | {"name": None, "phone": None})
        return self._line("name", draft, said, longest=NAME_LONGEST)

    def _phone(self, draft: Draft, said: Said) -> Turn:
        if self._means(said, "skip"):
            return self._next("phone", draft | {"phone": None})
        if said.kind != kinds.TEXT or not _PHONE.match(said.text):
            return Turn("phone", draft, self.say("bad_phone"))
        return self._next("phone", draft | {"phone": said.text})

    def _confirm(self, draft: Draft, said: Said) -> Turn:
        if self._means(said, "confirm"):
            return Turn("confirm", draft, None, REGISTER)
        if self._means(said, "change"):
            return self.ask("change", draft)
        return Turn("confirm", draft, self.say("confirm_or_change"))

    def _change(self, draft: Draft, said: Said) -> Turn:
        step = self.words.changes.get(said.text)
        if step is None:
            return Turn("change", draft, self._again("change", draft, "choose"))
        gone = {"place": ("place", "location"), "name": ("name", "phone")}.get(step, (step,))
        kept = {name: value for name, value in draft.items() if name not in gone}
        return self.ask(step, kept | {"changing": True})

    def _medium(self, step: str, draft: Draft, said: Said) -> Turn:
        """Pictures and voice notes may come with the content, and where they are asked for."""
        if step not in ("content", "media"):
            return Turn(step, draft, self.say("send_text"))
        media = draft.get("media", [])
        if len(media) >= self.most:
            return Turn(step, draft, self.say("media_enough"))
        longer = [*media, {"kind": said.kind, "media_id": said.media_id}]
        answer = self.say("media_taken", media=len(longer))
        return Turn(step, draft | {"media": longer}, answer)

    def _line(self, step: str, draft: Draft, said: Said, *, longest: int) -> Turn:
        text = _line(said.text) if said.kind == kinds.TEXT else ""
        if not text:
            return Turn(step, draft, self.say("send_text"))
        if len(text) > longest:
            return Turn(step, draft, self.say("too_long_here", longest=longest))
        return self._next(step, draft | {step: text})

    def _next(self, step: str, draft: Draft) -> Turn:
        following = _FOLLOWING[step]
        if draft.get("changing") and following != "phone":
            return self.ask("confirm", {k: v for k, v in draft.items() if k != "changing"})
        return self.ask(following, draft)

    def _again(self, step: str, draft: Draft, why: str) -> str:
        return f"{self.say(why)}\n\n{self.ask(step, draft).answer}"

    def _means(self, said: Said, meaning: str) -> bool:
        return said.kind == kinds.TEXT and self.words.answers.get(said.text) == meaning


_Anytime = Mapping[str, Callable[[Form, str | None, Draft], Turn]]
_WITHOUT_ASKING: _Anytime = {
    kinds.CLOSES: Form._close,
    kinds.NOTHING: Form._say_nothing,
    kinds.FOLLOWS: Form._welcome,
    kinds.OTHER: Form._not_taken,
}
_COMMANDS: _Anytime = {
    "report": Form._report,
    "status": Form._status,
    "help": Form._help,
    "cancel": Form._cancel,
}
_STEPS: Mapping[str, Callable[[Form, Draft, Said], Turn]] = {
    "purpose": Form._purpose,
    "content": Form._content,
    "place": Form._place,
    "media": Form._media,
    "name": Form._name,
    "phone": Form._phone,
    "confirm": Form._confirm,
    "change": Form._change,
}


def number_and_code(text: str) -> tuple[str, str] | None:
    """A petition's number and its query code, where a text begins with the one."""
    said = text.upper()
    found = PETITION_NO.match(said)
    if found is None:
        return None
    return found[0], said[found.end() :].strip(_AROUND)[:_CODE_LONGEST]


def petition(draft: Draft, *, channel: str, reference: Mapping[str, str]) -> dict[str, Any]:
    """A draft as the body of a `POST /v1/petitions`."""
    content = "\n".join(draft.get("content", ()))
    return {
        "channel": channel,
        "title": title_of(content, otherwise=PURPOSES[draft["purpose"]]),
        "content": content,
        "purpose": draft["purpose"],
        "place": draft.get("place"),
        "location": draft.get("location"),
        "petitioner": {"name": draft.get("name"), "phone": draft.get("phone")},
        "external_ref": dict(reference),
    }


def _line(text: str) -> str:
    return " ".join(text.split())
