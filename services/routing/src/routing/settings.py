"""Settings of routing."""

import dataclasses

from shared.settings import Settings as Shared
from shared.settings import setting


@dataclasses.dataclass(frozen=True, kw_only=True)
class Chosen:
    """What an office has chosen where the law leaves it open; the handbook tells of it."""

    roll_rest_days: bool = setting(
        True, doc="a period that ends on a rest day ends on the next working day (TCC 203)"
    )
    procedure_parameters: str = setting(
        "",
        doc='values for parameters of procedure.yaml as JSON, such as {"answer_met_by": "reply"}',
    )
    standards_dir: str = setting(
        "", doc="folder with this office's own editions of standards files; empty: the package's"
    )


@dataclasses.dataclass(frozen=True, kw_only=True)
class Settings(Chosen, Shared):
    """What routing reads from the environment, besides what every service reads."""

    pii_keyring: str = setting(
        doc='AES-256 keys of papers: {"keys": {"id": base64}, "index": base64}', secret=True
    )
    intake_url: str = setting(
        "", doc="where intake answers; papers then name the petitioner as it knows them"
    )
    intake_seconds: float = setting(3.0, doc="how long intake may take to answer")
    e_seal: str = setting("none", doc="electronic seal on issued papers; none puts no seal")
    render_seconds: int = setting(60, doc="processor seconds that rendering one paper may take")
    render_megabytes: int = setting(2048, doc="address space, in MB, of the process that renders")
