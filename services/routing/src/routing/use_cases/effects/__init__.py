"""What each action writes on its case beyond what its row in procedure.yaml says.

An action without an effect here changes state, stamp and clocks alone.
"""

from collections.abc import Callable

from routing.use_cases.change import Change
from routing.use_cases.effects import answering, dispatching, linking, protecting, reviewing

EFFECTS: dict[str, Callable[[Change], None]] = {
    **dispatching.EFFECTS,
    **protecting.EFFECTS,
    **linking.EFFECTS,
    **answering.EFFECTS,
    **reviewing.EFFECTS,
}
