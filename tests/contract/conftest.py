"""Fixtures of the gate's tests."""

from pathlib import Path

import pytest
from sites import World


@pytest.fixture
def world(tmp_path: Path) -> World:
    """Every service released and deployed at 0.1.0."""
    return World(tmp_path / "site")
