"""What system tests share: an undisturbed run to compare with."""

from typing import Any

import pytest

from system.checks import settle
from system.embedded import Embedded
from system.load import PATTERNS, Load
from system.pictures import pictures
from system.seen import Seen
from system.site import Operators


@pytest.fixture(scope="session")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> dict[int, Any]:
    """The picture of each pattern, from a small system that nothing happened to."""
    with Embedded(tmp_path_factory.mktemp("undisturbed")) as system, system.site() as site:
        with Operators(site) as operators, Load(site, at_least=len(PATTERNS)) as load:
            load.finish()
            settle(site, operators)
        return pictures(Seen(site, load.petitions))
