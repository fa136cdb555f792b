"""Settings of the console."""

from dataclasses import dataclass

from shared import settings
from shared.settings import setting


@dataclass(frozen=True, kw_only=True)
class Settings(settings.Settings):
    """What the console reads from the environment.

    An empty URL means a service in this process (embedded mode), or none.
    """

    session_secret: str = setting(doc="signs the cookies of sessions", secret=True)
    cookies_secure: bool = setting(
        True, doc="cookies over HTTPS only; 0 for a local installation without it"
    )
    session_idle_minutes: int = setting(30, doc="a session ends when nothing is done so long")
    session_hours: int = setting(10, doc="a session ends so long after signing in")
    intake_url: str = setting("", doc="base URL of intake's HTTP interface")
    routing_url: str = setting("", doc="base URL of routing's HTTP interface")
    supervision_url: str = setting("", doc="base URL of supervision's HTTP interface")
    satisfaction_url: str = setting("", doc="base URL of satisfaction's HTTP interface")
    sync_municipal_url: str = setting("", doc="base URL of sync-municipal's HTTP interface")
    auth_url: str = setting("", doc="base URL of the local accounts, where no provider is named")
    ask_seconds: float = setting(8.0, doc="how long a page waits for a service")
    oidc_issuer: str = setting(
        "", doc="OpenID Connect provider: its issuer; empty signs in by local accounts"
    )
    oidc_client_id: str = setting("minsheng", doc="the console's client id; `aud` of its tokens")
    oidc_client_secret: str = setting("", doc="the console's client secret at the provider")
    oidc_scope: str = setting(
        "openid profile", doc="scopes asked for at the provider, separated by spaces"
    )
    office_name: str = setting("信访局", doc="name of the office on every page")
    district_name: str = setting("", doc="name of the district before the office's name")
    office_phone: str = setting("", doc="the office's telephone, shown to citizens; empty: none")
    office_address: str = setting(
        "", doc="where citizens find the office, shown to them; empty: nowhere"
    )
    office_hours: str = setting("", doc="when it is open, as citizens read it; empty: not said")
    reception_places: str = setting(
        "hall=人民来访接待室",
        doc="reception places by code, each with its name, separated by commas",
    )
