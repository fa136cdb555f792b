"""What a clerk types at the telephone and the counter: petitions that may still lack anything."""

from intake.schemas.petitions import PetitionIn
from shared.web.fields import Text

_SET_BY_THE_DESK = ("channel", "external_ref", "received_at", "at")
_OF_THE_VISITORS = ("petitioner", "agents", "representatives", "cosigners", "people")


class CallSheetIn(PetitionIn):
    """A call's sheet (来电登记单): a petition, as far as it is typed."""

    class Meta:
        """The desk knows what is left out here."""

        exclude = _SET_BY_THE_DESK

    title = Text(longest=200, allow_none=True, load_default=None)
    content = Text(longest=50_000, lines=True, allow_none=True, load_default=None)


class VisitRecordIn(PetitionIn):
    """What a visitor says (来访登记), as far as it is typed; who they are is told apart."""

    class Meta:
        """The desk knows what is left out here, or is told it with the visitors."""

        exclude = (*_SET_BY_THE_DESK, *_OF_THE_VISITORS)

    title = Text(longest=200, allow_none=True, load_default=None)
    content = Text(longest=50_000, lines=True, allow_none=True, load_default=None)
