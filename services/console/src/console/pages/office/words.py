"""What the templates of the desks know: names of codes, times for forms, how a code is read out."""

from flask.blueprints import BlueprintSetupState

from console.domain import desk_words, petition_form
from console.pages.desk import desk
from console.pages.office.desk import office


@office.record
def know_words(state: BlueprintSetupState) -> None:
    """Make them known."""
    jinja = state.app.jinja_env
    jinja.globals |= {"desk_words": desk_words, "now": now}
    jinja.filters |= {"minutes": petition_form.minutes, "spelled": spelled}
    jinja.tests["prefixed"] = prefixed


def now() -> str:
    """The time, with its offset."""
    return desk().app.clock.now().isoformat(timespec="seconds")


def spelled(code: str) -> str:
    """A code as it is read out, character by character."""
    return " ".join(code)


def prefixed(text: str, beginning: str) -> bool:
    """Whether a text begins so."""
    return text.startswith(beginning)
