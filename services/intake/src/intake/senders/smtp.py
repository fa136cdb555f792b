"""E-mail by SMTP (RFC 5321), with TLS from the start or by STARTTLS (RFC 8314, 3207).

Capabilities: one mail a notice, from a few connections that are kept while there is work; the
Message-ID is the notice's own and the same at every try, so that a mailbox or a relay that removes
doubles can; nothing is sent without TLS where TLS is asked for; a bounce that comes later is not
read here.
"""

import queue
import smtplib
import ssl
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP as POLICY
from email.utils import parseaddr
from typing import Any

from intake.domain.notices import Message, Outcome, Verdict

_OK = 250
_TLS = ("starttls", "tls", "none")
_TEMPORARY = range(400, 500)
_MAILBOX_UNKNOWN = (550, 551, 553)


def make(settings: Any, *, medium: str) -> "Smtp":
    """The sender that SMTP_* describe; ValueError names what is wrong."""
    if medium != "email":
        raise ValueError(f"NOTICE_SENDERS: smtp sends email, not {medium}")
    name, address = parseaddr(settings.smtp_from)
    if not settings.smtp_host or "@" not in address:
        raise ValueError("SMTP_HOST and SMTP_FROM are needed by the sender smtp")
    if settings.smtp_tls not in _TLS:
        raise ValueError(f"SMTP_TLS must be one of {', '.join(_TLS)}")
    if settings.smtp_tls == "none" and settings.smtp_user:
        raise ValueError("SMTP_USER needs SMTP_TLS: a password never goes in clear")
    return Smtp(
        host=settings.smtp_host,
        port=settings.smtp_port,
        tls=settings.smtp_tls,
        login=(settings.smtp_user, settings.smtp_password) if settings.smtp_user else None,
        sender=Address(display_name=name, addr_spec=address),
        context=ssl.create_default_context(cafile=settings.smtp_ca_file or None),
        timeout=settings.notice_timeout_seconds,
    )


class Smtp:
    """Sends mails; each call takes an idle connection or makes one."""

    def __init__(
        self,
        *,
        host: str,
        port: int,
        tls: str,
        login: tuple[str, str] | None,
        sender: Address,
        context: ssl.SSLContext,
        timeout: float,
    ) -> None:
        self.host, self.port, self.tls, self.login = host, port, tls, login
        self.sender, self.context, self.timeout = sender, context, timeout
        self._idle: queue.LifoQueue[smtplib.SMTP] = queue.LifoQueue()

    def send(self, message: Message) -> Outcome:
        """Mail one notice."""
        try:
            mail = self._mail(message)
        except ValueError:
            return Outcome(Verdict.REFUSED, "not an address that mail can go to")
        try:
            connection = self._connection()
        except (smtplib.SMTPException, OSError) as error:
            return Outcome(Verdict.AWAY, _said(error))
        try:
            connection.send_message(mail)
        except (smtplib.SMTPException, OSError) as error:
            connection.close()
            return _judged(error)
        self._idle.put(connection)
        return Outcome(Verdict.SENT)

    def rest(self) -> None:
        """Say goodbye on every idle connection."""
        while not self._idle.empty():
            connection = self._idle.get()
            try:
                connection.quit()
            except (smtplib.SMTPException, OSError):
                connection.close()

    def _mail(self, message: Message) -> EmailMessage:
        """The mail; ValueError where a header would not be one line of what it says."""
        mail = EmailMessage(policy=POLICY)
        mail["From"] = self.sender
        mail["To"] = Address(addr_spec=message.to)
        mail["Subject"] = message.title
        mail["Message-ID"] = f"<{message.notice_id}@{self.sender.domain}>"
        mail["Auto-Submitted"] = "auto-generated"
        mail.set_content(message.text)
        return mail

    def _connection(self) -> smtplib.SMTP:
        while not self._idle.empty():
            idle = self._idle.get()
            try:
                if idle.noop()[0] == _OK:
                    return idle
            except (smtplib.SMTPException, OSError):
                pass
            idle.close()
        where: dict[str, Any] = {
            "host": self.host,
            "port": self.port,
            "local_hostname": self.sender.domain,
            "timeout": self.timeout,
        }
        if self.tls == "tls":
            made: smtplib.SMTP = smtplib.SMTP_SSL(**where, context=self.context)
        else:
            made = smtplib.SMTP(**where)
        try:
            if self.tls == "starttls":
                made.starttls(context=self.context)
            if self.login:
                made.login(*self.login)
        except (smtplib.SMTPException, OSError):
            made.close()
            raise
        return made


def _judged(error: smtplib.SMTPException | OSError) -> Outcome:
    """What an error after the connection stood means for the mail."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code = next(iter(error.recipients.values()))[0]
        verdict = Verdict.LATER if code in _TEMPORARY else Verdict.REFUSED
        return Outcome(verdict, f"SMTP {code}")
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return Outcome(Verdict.REFUSED, _said(error))
    if isinstance(error, smtplib.SMTPDataError) and error.smtp_code in _MAILBOX_UNKNOWN:
        return Outcome(Verdict.REFUSED, _said(error))
    return Outcome(Verdict.BROKEN, _said(error))


def _said(error: smtplib.SMTPException | OSError) -> str:
    """The kind of error and the server's code; its words may name the addressee."""
    code = getattr(error, "smtp_code", None)
    return type(error).__name__ if code is None else f"SMTP {code}"
