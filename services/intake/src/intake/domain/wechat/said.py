"""A message of a follower as the form takes it."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass

TEXT, PICTURE, VOICE, PLACE = "text", "picture", "voice", "place"
OTHER, NOTHING, CLOSES = "other", "nothing", "closes"
"""`other` cannot be taken; `nothing` needs no answer; `closes` is who follows no more."""
FOLLOWS = "follows"

_MEDIA = {"image": PICTURE, "voice": VOICE}
_MEDIA_ID = re.compile(r"[A-Za-z0-9_-]{1,200}\Z", re.ASCII)
_EVENTS = {"subscribe": FOLLOWS, "unsubscribe": CLOSES}


@dataclass(frozen=True)
class Said:
    """What was said: a text, a command by a menu's button, a medium's id, a place (GCJ-02)."""

    kind: str
    text: str = ""
    command: str = ""
    media_id: str = ""
    point: tuple[float, float] | None = None


def said_in(message: Mapping[str, str]) -> Said:
    """What a message says, whatever else WeChat may send."""
    kind = message.get("MsgType", "")
    if kind == "text":
        return Said(TEXT, text=message.get("Content", "").strip())
    if kind in _MEDIA and _MEDIA_ID.match(message.get("MediaId", "")):
        return Said(_MEDIA[kind], media_id=message["MediaId"])
    if kind == "location":
        return _place(message)
    if kind == "event":
        event = message.get("Event", "")
        if event == "CLICK":
            return Said(TEXT, command=message.get("EventKey", ""))
        return Said(_EVENTS.get(event, NOTHING))
    return Said(OTHER)


def message_key(message: Mapping[str, str]) -> str | None:
    """What tells a message from all others: its id, of an event its follower, time and name; None
    where it has none."""
    if message.get("MsgId"):
        return f"message/{message['MsgId']}"
    if message.get("MsgType") != "event" or not message.get("CreateTime"):
        return None
    names = ("FromUserName", "CreateTime", "Event", "EventKey")
    return "event/" + "/".join(message.get(name, "") for name in names)


def _place(message: Mapping[str, str]) -> Said:
    """Location_X is the latitude, Location_Y the longitude."""
    try:
        latitude, longitude = float(message["Location_X"]), float(message["Location_Y"])
    except (KeyError, ValueError):
        return Said(OTHER)
    if not (math.isfinite(latitude) and math.isfinite(longitude)):
        return Said(OTHER)
    return Said(PLACE, text=message.get("Label", "").strip(), point=(longitude, latitude))
