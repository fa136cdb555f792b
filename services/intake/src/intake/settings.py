"""Settings of intake."""

import dataclasses

from intake.domain.attachments import KINDS
from shared.settings import Settings as Shared
from shared.settings import setting


@dataclasses.dataclass(frozen=True, kw_only=True)
class Settings(Shared):
    """What intake reads from the environment, besides what every service reads."""

    pii_keyring: str = setting(
        doc='AES-256 keys and index keys: {"keys": {"id": base64}, "index": base64}', secret=True
    )
    audit_keys: str = setting(
        doc="keys of the audit chain's seals: the newest first, separated by commas", secret=True
    )
    public_token_key: str = setting(doc="private Ed25519 JWK for citizens' tokens", secret=True)
    query_code_secret: str = setting(doc="keys the digest of query codes", secret=True)
    retention_days: str = setting(
        "", doc='days that petitioners are kept after a case ended, by state: {"closed": 3650}'
    )
    query_code_tries: int = setting(10, doc="wrong codes for one petition number in an hour")
    public_rates: str = setting(
        "register=60/30,draft=120/60,change=3000/1200,upload=240/120,code=60/20,sign_in=300/60,"
        "account=3000/600",
        doc="requests of the public in an hour, by kind: of one address / by one draft or account",
    )
    draft_days: int = setting(30, doc="days that a draft is kept after its last change")
    draft_bytes: int = setting(60 * 2**20, doc="all files of one draft together")
    attachments_url: str = setting(
        "",
        doc="where attachments are kept: file:///folder or s3://bucket/prefix?endpoint=…&region=…; "
        "empty takes none",
    )
    attachments_key_id: str = setting(
        "", doc="key id for an S3 store; empty: where S3 clients look"
    )
    attachments_secret_key: str = setting("", doc="secret key for an S3 store", secret=True)
    attachment_bytes: int = setting(20 * 2**20, doc="largest attachment")
    attachments_most: int = setting(20, doc="attachments of one petition")
    attachment_kinds: str = setting(
        ",".join(KINDS), doc="kinds of attachments that are taken, separated by commas"
    )
    attachment_pixels: int = setting(50_000_000, doc="pixels of one picture or page")
    attachment_examiners: int = setting(2, doc="files examined at once by one process")
    attachment_link_seconds: int = setting(300, doc="how long a link to an attachment lasts")
    clamd_url: str = setting(
        "", doc="clamd that scans attachments: tcp://host:3310 or unix:///path; empty scans none"
    )
    ocr_program: str = setting(
        "tesseract",
        doc="reads letters' scans as an aid; `none`, or one that is not here: nothing does",
    )
    ocr_languages: str = setting("chi_sim", doc="languages that it reads, such as chi_sim+eng")
    ocr_pages: int = setting(30, doc="pages of a scan that are read")
    ocr_page_seconds: int = setting(60, doc="how long reading a page may take")
    closed_letter_days: int = setting(
        0, doc="days that letters are kept of which nothing was registered; 0 keeps them for good"
    )
    notice_senders: str = setting(
        "", doc="the sender of each medium, such as sms=http,email=smtp; empty sends nothing"
    )
    notice_office: str = setting("信访局", doc="who signs notices to petitioners")
    notice_where: str = setting(
        "本局信访平台", doc="where petitioners ask with number and code, as notices say it"
    )
    notice_quiet_hours: str = setting(
        "21:00-08:00", doc="office time in which no notice goes but what was asked for; or `none`"
    )
    notice_fresh_hours: float = setting(
        72.0, doc="what happened longer ago is told no more: a replay, an import, a long standstill"
    )
    notice_attempts: int = setting(8, doc="tries of a notice before it is dead")
    notice_backoff_seconds: float = setting(30.0, doc="first wait after a failed try; doubles")
    notice_backoff_most_seconds: float = setting(3600.0, doc="longest wait after a failed try")
    notice_pause_seconds: float = setting(
        1.0, doc="first rest of a gateway that fails; doubles up to 300"
    )
    notice_timeout_seconds: float = setting(10.0, doc="wait for a gateway's connection and answer")
    notice_lines: int = setting(4, doc="notices handed to one gateway at the same time")
    notice_batch: int = setting(100, doc="notices claimed and settled in one transaction")
    notice_sms_per_minute: int = setting(300, doc="most SMS in a minute")
    notice_email_per_minute: int = setting(300, doc="most e-mails in a minute")
    notice_wechat_per_minute: int = setting(300, doc="most WeChat messages in a minute")
    notice_sms_url: str = setting("", doc="address of the SMS gateway, for the sender http")
    notice_sms_secret: str = setting("", doc="key of the signatures to it", secret=True)
    notice_wechat_url: str = setting("", doc="address of the WeChat gateway, for the sender http")
    notice_wechat_secret: str = setting("", doc="key of the signatures to it", secret=True)
    smtp_host: str = setting("", doc="mail server, for the sender smtp")
    smtp_port: int = setting(587, doc="its port")
    smtp_tls: str = setting("starttls", doc="starttls, tls (from the start) or none")
    smtp_ca_file: str = setting("", doc="certificates to trust; empty takes the system's")
    smtp_user: str = setting("", doc="account at the mail server; empty signs in nowhere")
    smtp_password: str = setting("", doc="its password")
    smtp_from: str = setting("", doc="sender of mails, such as 信访局 <noreply@example.gov.cn>")
    mail_boxes: str = setting(
        "",
        doc='mailboxes that `mail` reads: [{"host", "user", "password", "addressee", …}]',
        secret=True,
    )
    mail_ca_file: str = setting(
        "", doc="certificates (PEM) of whom to trust for IMAP; empty trusts the system's"
    )
    mail_intake_url: str = setting("", doc="base URL of intake, to which `mail` posts")
    mail_token_url: str = setting("", doc="URL at which `mail` signs in, ending in /auth/token")
    mail_account: str = setting(
        "", doc='the account by which it does: {"username", "password"}', secret=True
    )
    mail_own_addresses: str = setting(
        "", doc="addresses the office writes from, besides the mailboxes', separated by commas"
    )
    mail_poll_seconds: float = setting(30.0, doc="how often `mail` looks into a mailbox")
    mail_timeout_seconds: float = setting(30.0, doc="wait for IMAP, and for an answer of intake")
    mail_lease_seconds: float = setting(
        120.0, doc="time a process has a mailbox for itself; at least twice MAIL_TIMEOUT_SECONDS"
    )
    mail_most_bytes: int = setting(31_457_280, doc="largest message that is fetched")
    callback_hours: float = setting(24.0, doc="hours in which a missed call is owed back")
    callback_days_most: int = setting(30, doc="days ahead for which a call back may be promised")
    callback_tries: int = setting(3, doc="tries to call back in vain before it is closed")
    reception_priority: str = setting(
        "urgent,disabled,pregnant,elderly",
        doc="reasons to be received first, the first before the others; or `none`",
    )
    desk_draft_days: int = setting(
        30, doc="days that numbers, sheets and visitors are kept of calls and visits"
    )
    open311_jurisdiction: str = setting(
        "", doc="the jurisdiction_id of Open311 that is answered; empty answers any"
    )
    open311_url: str = setting("", doc="address before /open311/v2 that discovery names")
    open311_contact: str = setting("", doc="whom discovery says to ask for an Open311 key")
    wechat_accounts: str = setting(
        "",
        doc='official accounts: {"code": {"appid", "token", "aes_keys", "secret", "api"}}; empty '
        "answers nothing",
        secret=True,
    )
    wechat_session_hours: int = setting(
        24, doc="hours in which a follower may go on with the form; at most 48"
    )
    wechat_hourly: int = setting(200, doc="messages of one follower in an hour")
    wechat_timeout_seconds: float = setting(10.0, doc="wait for WeChat's interface")
