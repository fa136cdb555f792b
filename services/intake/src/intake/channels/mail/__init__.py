"""E-mail: IMAP mailboxes, whose messages become petitions and supplements."""

from intake.channels.mail.role import mail

__all__ = ["mail"]
