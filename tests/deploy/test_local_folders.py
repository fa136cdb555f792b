"""Files beside the databases: copied into a backup, and put back where they are missing."""

from pathlib import Path

import pytest

from local.folders import back_up_folders, bring_back_folders


@pytest.fixture
def var(tmp_path: Path) -> Path:
    return tmp_path / "var"


@pytest.fixture
def backup(tmp_path: Path) -> Path:
    return tmp_path / "backup"


def write(var: Path, name: str, text: str) -> Path:
    path = var / "attachments" / name[:2] / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def test_files_that_were_lost_come_back_from_a_backup(var: Path, backup: Path) -> None:
    path = write(var, "ab12", "letter")
    assert back_up_folders(var, backup) == len("letter")
    path.unlink()
    path.parent.rmdir()
    assert bring_back_folders(backup, var) == 1
    assert path.read_text() == "letter"
    assert bring_back_folders(backup, var) == 0


def test_what_is_newer_than_the_backup_stays(var: Path, backup: Path) -> None:
    write(var, "ab12", "letter")
    back_up_folders(var, backup)
    newer = write(var, "cd34", "photo")
    assert bring_back_folders(backup, var) == 0
    assert newer.read_text() == "photo"


def test_what_is_being_written_is_not_copied(var: Path, backup: Path) -> None:
    write(var, "ab12.new", "half a let")
    assert back_up_folders(var, backup) == 0


def test_without_files_there_is_nothing_to_do(var: Path, backup: Path) -> None:
    assert back_up_folders(var, backup) == 0
    assert bring_back_folders(backup, var) == 0


def test_a_file_that_a_killed_restore_left_half_copied_is_copied_again(
    var: Path, backup: Path
) -> None:
    path = write(var, "ab12", "letter")
    back_up_folders(var, backup)
    path.rename(path.with_name("ab12.new")).write_text("let")
    assert bring_back_folders(backup, var) == 1
    assert path.read_text() == "letter"
    assert not path.with_name("ab12.new").exists()
