"""Where the modules of the interface hang their routes."""

from shared.web.api import Api, staff

api = Api("intake")

READERS = staff(
    "registrar", "dispatcher", "handler", "unit_head", "supervisor", "reviewer", "leader", "auditor"
)

IDENTIFIERS = staff("registrar", "dispatcher", "handler", "unit_head", "reviewer")
"""Who may need to know who a petitioner is."""
