"""A mail server of the test's own, as a process: aiosmtpd with TLS, which keeps what it takes.

    python notice_mailbox.py FOLDER starttls|tls      prints its port

FOLDER/cert.pem and key.pem are its certificate; each mail becomes a file. The local part of the
addressee decides: `nobody` is unknown (550), `later` is greylisted (451), `gone` closes.
"""

import asyncio
import ssl
import sys
from pathlib import Path

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

FOLDER, TLS = Path(sys.argv[1]), sys.argv[2]
ANSWERS = {"nobody": "550 5.1.1 <nobody@example.cn> unknown", "later": "451 4.7.1 greylisted"}


class Mailbox:
    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        local = address.partition("@")[0]
        if local == "gone":
            server.transport.abort()
        if local in ANSWERS:
            return ANSWERS[local]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        count = len(list(FOLDER.glob("*.eml")))
        is_secure = server.transport.get_extra_info("sslcontext") is not None
        rest = f"X-Envelope-To: {','.join(envelope.rcpt_tos)}\r\nX-TLS: {is_secure}\r\n"
        (FOLDER / f"{count:05}.eml").write_bytes(rest.encode() + envelope.content)
        return "250 taken"


def check(
    server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: object
) -> AuthResult:
    right = isinstance(data, LoginPassword) and data.password == b"open sesame"
    return AuthResult(success=right)


async def main() -> None:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(FOLDER / "cert.pem", FOLDER / "key.pem")

    def protocol() -> SMTP:
        starttls = TLS == "starttls"
        return SMTP(
            Mailbox(),
            tls_context=context if starttls else None,
            require_starttls=starttls,
            authenticator=check,
            auth_required=True,
            auth_require_tls=starttls,
            loop=asyncio.get_running_loop(),
        )

    secured = context if TLS == "tls" else None
    server = await asyncio.get_running_loop().create_server(protocol, "127.0.0.1", 0, ssl=secured)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
