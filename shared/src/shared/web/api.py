"""Routes: parse -> use case -> present, in one transaction, declared in one place.

api = Api("intake")

@api.post("/v1/petitions", body=PetitionIn, answer=PetitionOut, status=201,
          who=staff("registrar", "importer"))
def register(call):
    '''Register a petition (T22 Art.22).'''      # this text is the API's documentation
    return use_cases.register(call.session, petition=call.body, ...)
"""

from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from functools import cached_property
from typing import IO, TYPE_CHECKING, Any

import marshmallow as ma

from shared.auth import Principal
from shared.clock import Clock
from shared.db import Session
from shared.dumping import dumper
from shared.errors import Refused
from shared.web.fields import Body, Query
from shared.web.manners import Manner

if TYPE_CHECKING:
    from shared.service import App


@dataclass(frozen=True)
class Access:
    """Who may call a route: `roles` of staff and clients, one petition's citizen, whoever holds a
    link, a key or a secret, or anyone."""

    kind: str
    roles: tuple[str, ...] = ()
    channels: bool = False


def staff(*roles: str, channels: bool = False) -> Access:
    """Staff with one of `roles`; with `channels`, channel clients as well."""
    return Access("staff", roles, channels)


ANYONE = Access("anyone")
CITIZEN = Access("citizen")
LINK = Access("link")
"""Whoever holds a link that was given to somebody; the handler checks it."""


@dataclass(frozen=True)
class Upload:
    """A file that was sent: its bytes, on disk where they are many, named as its sender named it.

    It is closed with the request.
    """

    name: str
    file: IO[bytes]
    size: int
    sha256: str


KEYED = Access("keyed")
"""Whoever sends a key in the request, with a rate of its own; the handler checks both."""


HOLDER = Access("holder")
"""Whoever shows a secret as a bearer token, `Principal.shown`; the handler finds whose it is."""
GUEST = Access("guest")
"""Anyone, who may show such a secret."""
PUBLIC = frozenset({"anyone", "keyed", "holder", "guest"})
"""The kinds of access without an account of ours, whose Idempotency-Keys are UUIDs."""


@dataclass(frozen=True)
class Arrival:
    """A request at the door: who calls, and from where; nothing of its body has been read."""

    app: "App"
    principal: Principal
    address: str


@dataclass(frozen=True)
class Early:
    """One request, parsed and allowed, before its transaction begins.

    Here other services may be asked, as `authorization`, while no lock or connection is held.
    """

    app: "App"
    principal: Principal
    body: dict[str, Any]
    path: dict[str, Any]
    authorization: str


@dataclass
class Call:
    """One request, parsed and allowed: what a handler works with.

    `prepared` is what the route's `prepare` found before the transaction.
    """

    app: "App"
    session: Session
    principal: Principal
    body: dict[str, Any]
    query: dict[str, Any]
    path: dict[str, Any]
    if_match: int | None
    prepared: Any = None

    @property
    def clock(self) -> Clock:
        return self.app.clock

    @property
    def resources(self) -> Any:
        """What the service built for itself at start, such as key rings and rule tables."""
        return self.app.resources


@dataclass(frozen=True)
class File:
    """An answer that is a file: sent as it is, for saving; a page is shown and may do nothing.

    An open file is sent piece by piece from where it stands to its end, and closed. A generator is
    first asked for a piece after the transaction; `size` is then how many bytes it will give.
    """

    body: bytes | IO[bytes] | Generator[bytes, None, None]
    media_type: str
    name: str
    size: int | None = None


Handler = Callable[[Call], dict[str, Any]]
RefusalHandler = Callable[["Route", Call, Refused], None]
"""Writes down a refusal, in a transaction of its own: the refused one was undone."""
FileHandler = Callable[[Call], File]
Prepare = Callable[[Early], Any]
Door = Callable[[Arrival], None]
"""Refuses who may not come in now, before the body is read; its transactions are its own."""
Most = Callable[[Any], int]
"""How many bytes a file may have, by the service's settings."""


@dataclass(frozen=True)
class Route:
    """One row of a service's HTTP interface."""

    method: str
    path: str
    handler: Handler | FileHandler
    who: Access
    status: int
    body: type[Body] | None
    query: type[Query] | None
    answer: type[ma.Schema] | None
    if_match: bool
    writes: bool
    files: tuple[str, ...] = ()
    largest: int | None = None
    prepare: Prepare | None = None
    upload: Most | None = None
    form: bool = False
    manner: Manner | None = None
    door: Door | None = None
    verbatim: bool = False

    @property
    def name(self) -> str:
        return self.handler.__name__

    @cached_property
    def dump(self) -> Callable[[Any], Any] | None:
        """What makes JSON values of an answer, made once."""
        return dumper(self.answer()) if self.answer else None


@dataclass
class Api:
    """The routes of one service; `on_refusal` hears of every change that was refused (403, 409)."""

    service: str
    routes: list[Route] = field(default_factory=list)
    on_refusal: "RefusalHandler | None" = None

    def get(
        self,
        path: str,
        *,
        who: Access,
        answer: type[ma.Schema] | None = None,
        query: type[Query] | None = None,
        audited: bool = False,
        manner: Manner | None = None,
        door: Door | None = None,
        verbatim: bool = False,
    ) -> Callable[[Handler], Handler]:
        """A read; `audited` gives it a session that can write down the look. With `verbatim` its
        answer is {"text", "media_type"}, sent as it is."""
        return self._add(
            "GET",
            path,
            who=who,
            query=query,
            answer=answer,
            writes=audited,
            manner=manner,
            door=door,
            verbatim=verbatim,
        )

    def file(
        self,
        path: str,
        *,
        who: Access,
        files: tuple[str, ...],
        query: type[Query] | None = None,
        audited: bool = False,
        door: Door | None = None,
    ) -> Callable[[FileHandler], FileHandler]:
        """A read whose answer is a `File` of one of the media types `files`; `audited` as `get`."""

        def add(handler: FileHandler) -> FileHandler:
            self.routes.append(
                Route(
                    "GET",
                    path,
                    handler,
                    who,
                    200,
                    None,
                    query,
                    None,
                    False,
                    audited,
                    files=files,
                    door=door,
                )
            )
            return handler

        return add

    def upload(
        self,
        path: str,
        *,
        who: Access,
        most: Most,
        answer: type[ma.Schema],
        prepare: Prepare,
        status: int = 201,
        door: Door | None = None,
    ) -> Callable[[Handler], Handler]:
        """A file sent as the part `file` of multipart/form-data, idempotent by Idempotency-Key.

        The file is `body["file"]`, an `Upload` of at most `most` bytes. What takes long with it
        belongs into `prepare`, as in `post`.
        """
        return self._add(
            "POST",
            path,
            who=who,
            status=status,
            answer=answer,
            prepare=prepare,
            upload=most,
            door=door,
        )

    def post(
        self,
        path: str,
        *,
        who: Access,
        body: type[Body] | None = None,
        query: type[Query] | None = None,
        answer: type[ma.Schema] | None = None,
        status: int = 200,
        if_match: bool = False,
        largest: int | None = None,
        prepare: Prepare | None = None,
        form: bool = False,
        manner: Manner | None = None,
        door: Door | None = None,
        verbatim: bool = False,
    ) -> Callable[[Handler], Handler]:
        """A change, idempotent by Idempotency-Key; `if_match` asks for the version it changes.

        `largest` is the most bytes of its body, where that differs from MAX_BODY_BYTES. `prepare`
        runs before the transaction, and must leave refusals by a rule to the handler.
        With `form` the body is sent as application/x-www-form-urlencoded. With `verbatim` the body
        is {"raw": its bytes} whatever they are, and the answer as in `get`.
        """
        return self._add(
            "POST",
            path,
            who=who,
            status=status,
            body=body,
            query=query,
            answer=answer,
            if_match=if_match,
            largest=largest,
            prepare=prepare,
            form=form,
            manner=manner,
            door=door,
            verbatim=verbatim,
        )

    def patch(
        self,
        path: str,
        *,
        who: Access,
        body: type[Body],
        answer: type[ma.Schema],
        door: Door | None = None,
    ) -> Callable[[Handler], Handler]:
        """A change of what is named, to the version that If-Match names."""
        return self._add("PATCH", path, who=who, body=body, answer=answer, if_match=True, door=door)

    def delete(
        self, path: str, *, who: Access, answer: type[ma.Schema], door: Door | None = None
    ) -> Callable[[Handler], Handler]:
        """A removal, idempotent by nature."""
        return self._add("DELETE", path, who=who, answer=answer, door=door)

    def put(
        self,
        path: str,
        *,
        who: Access,
        body: type[Body],
        answer: type[ma.Schema] | None = None,
        if_match: bool = False,
    ) -> Callable[[Handler], Handler]:
        """A replacement, idempotent by nature; `if_match` asks for the version it replaces."""
        return self._add("PUT", path, who=who, body=body, answer=answer, if_match=if_match)

    def _add(
        self,
        method: str,
        path: str,
        *,
        who: Access,
        status: int = 200,
        body: type[Body] | None = None,
        query: type[Query] | None = None,
        answer: type[ma.Schema] | None = None,
        if_match: bool = False,
        writes: bool = True,
        largest: int | None = None,
        prepare: Prepare | None = None,
        upload: Most | None = None,
        form: bool = False,
        manner: Manner | None = None,
        door: Door | None = None,
        verbatim: bool = False,
    ) -> Callable[[Handler], Handler]:
        def add(handler: Handler) -> Handler:
            self.routes.append(
                Route(
                    method,
                    path,
                    handler,
                    who,
                    status,
                    body,
                    query,
                    answer,
                    if_match,
                    writes,
                    largest=largest,
                    prepare=prepare,
                    upload=upload,
                    form=form,
                    manner=manner,
                    door=door,
                    verbatim=verbatim,
                )
            )
            return handler

        return add
