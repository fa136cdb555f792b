"""One message: parsed, posted, its attachments posted, settled; then where it is to be moved.

    take [commit] -> POST petition or supplement -> keep its id [commit] -> POST attachments
         -> settle or park [commit] -> (the caller moves it)

Killed between any two of these, the next try finds what was done: the decision in mail_messages,
the petition by key and external reference, an attachment by its content, the list by the key.
"""

import hashlib
import logging
from dataclasses import dataclass, field

from intake import use_cases
from intake.channels.mail import composing
from intake.channels.mail.mailbox import Place, Waiting
from intake.channels.mail.parsing import Attachment, Letter, Unreadable, parse
from intake.channels.office import Answer, Office, Stopped
from intake.domain import mail as rules
from shared.db import is_infrastructure
from shared.service import App

log = logging.getLogger(__name__)


class IntakeMisread(Exception):
    """Intake's answer is none of the contract: somebody must look at the installation."""


@dataclass(frozen=True)
class Parked:
    """Why a message, or a part of it, is put on the list."""

    reason: str
    details: list[dict[str, str]] = field(default_factory=list)
    petition_id: str | None = None


@dataclass(frozen=True)
class Handler:
    """Handles the messages of one mailbox; `ours` are the addresses that the office writes from."""

    app: App
    office: Office
    place: Place
    ours: frozenset[str]

    def handle(self, raw: bytes, waiting: Waiting) -> str:
        """What became of a message, one of `OUTCOMES`; raises while that cannot be known."""
        try:
            return self._handled(raw, waiting)
        except Unreadable as unreadable:
            parked = Parked(unreadable.reason)
        except Stopped:
            raise
        except Exception as error:
            if is_infrastructure(error) or isinstance(error, IntakeMisread):
                raise
            log.exception("a message cannot be handled", extra={"mailbox": self.place.name})
            parked = Parked("failure", [{"about": "", "reason": type(error).__name__}])
        return self._park(parked, raw=raw, waiting=waiting, key=_raw_key(raw))

    def park_unfetched(self, waiting: Waiting) -> str:
        """Put a message that is too large to be fetched on the list; it stays in the mailbox."""
        key = f"{self.place.name}/{waiting.uid}/{waiting.size}/{waiting.received_at.isoformat()}"
        return self._park(
            Parked("too_large"), raw=None, waiting=waiting, key=_raw_key(key.encode())
        )

    def folder_of(self, outcome: str) -> str:
        """Where a message is moved that this became of."""
        if outcome == rules.PARKED:
            return self.place.unreadable_folder
        return self.place.automatic_folder if outcome == rules.AUTOMATIC else self.place.done_folder

    def _handled(self, raw: bytes, waiting: Waiting) -> str:
        letter = parse(raw, ours=self.ours)
        if letter.automatic:
            return rules.AUTOMATIC
        taken = self._take(letter, waiting)
        if taken.content_digest != letter.digest:
            other = Parked("same_id_other_body", petition_id=taken.petition_id)
            return self._park(other, raw=raw, waiting=waiting, key=_raw_key(raw))
        if taken.outcome is not None:
            return rules.PARKED if taken.outcome == rules.PARKED else rules.AGAIN
        petition_id = taken.petition_id
        if petition_id is None:
            answer = self._post(letter, taken)
            petition_id = answer.body.get("petition_id")
            if not (answer.done or answer.known):
                refused = Parked("refused", answer.reasons, taken.supplements)
                return self._park(refused, raw=raw, waiting=waiting, key=letter.key, settle=True)
            if not isinstance(petition_id, str):
                raise IntakeMisread("an answer without a petition's id")
        attachments = composing.attachments_of(letter)
        if attachments and taken.petition_id is None:
            with self.app.db.write() as session:
                use_cases.post_mail(session, key=letter.key, petition_id=petition_id)
        if refusals := self._attach(attachments, petition_id):
            parked = Parked("attachment_refused", refusals, petition_id)
            return self._park(parked, raw=raw, waiting=waiting, key=letter.key, settle=True)
        outcome = rules.SUPPLEMENTED if taken.supplements else rules.REGISTERED
        with self.app.db.write() as session:
            use_cases.settle_mail(session, key=letter.key, outcome=outcome, petition_id=petition_id)
        return outcome

    def _take(self, letter: Letter, waiting: Waiting) -> use_cases.TakenMail:
        reply = use_cases.Reply(
            message_ids=letter.message_ids,
            petition_nos=rules.petition_nos(letter.subject),
            sender=letter.sender,
        )
        with self.app.db.write() as session:
            return use_cases.take_mail(
                session,
                key=letter.key,
                content_digest=letter.digest,
                received_at=waiting.received_at,
                reply=reply,
                clock=self.app.clock,
                resources=self.app.resources,
            )

    def _post(self, letter: Letter, taken: use_cases.TakenMail) -> Answer:
        if taken.supplements is not None:
            said = composing.supplement_of(letter, received_at=taken.received_at)
            return self.office.supplement(taken.supplements, said, key=letter.key)
        petition = composing.petition_of(
            letter, received_at=taken.received_at, addressee=self.place.addressee
        )
        return self.office.register(petition, key=letter.key)

    def _attach(self, attachments: list[Attachment], petition_id: str) -> list[dict[str, str]]:
        """Post each; why those were refused that were, by number: a name may be somebody's."""
        refusals: list[dict[str, str]] = []
        for number, one in enumerate(attachments, 1):
            answer = self.office.attach(
                petition_id, name=one.name, media_type=one.media_type, data=one.data
            )
            if not answer.done:
                about = f"附件{number}"
                refusals += [{"about": about, "reason": said["reason"]} for said in answer.reasons]
        return refusals

    def _park(
        self, parked: Parked, *, raw: bytes | None, waiting: Waiting, key: str, settle: bool = False
    ) -> str:
        with self.app.db.write() as session:
            use_cases.park(
                session,
                channel=composing.CHANNEL,
                source=self.place.name,
                key=key,
                reason=parked.reason,
                details=parked.details,
                original=raw,
                size=waiting.size,
                received_at=min(waiting.received_at, self.app.clock.now()),
                petition_id=parked.petition_id,
                clock=self.app.clock,
                resources=self.app.resources,
            )
            if settle:
                use_cases.settle_mail(
                    session, key=key, outcome=rules.PARKED, petition_id=parked.petition_id
                )
        return rules.PARKED


def _raw_key(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest()
