"""Lights of clocks: a colour, a shape and a word each, so that no colour is needed to read one."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Light:
    """How a light is drawn: the class of its colour, an icon, and what it says."""

    code: str
    icon: str
    name: str


LIGHTS = {
    "green": Light("green", "play-circle-fill", "正常"),
    "yellow": Light("yellow", "exclamation-triangle-fill", "临期"),
    "red": Light("red", "x-octagon-fill", "超期"),
    "blue": Light("blue", "check-circle-fill", "已完成"),
    "grey": Light("grey", "dash-circle", "已取消"),
}
"""As supervision gives them: runs, ends soon, over or missed, met, cancelled."""
