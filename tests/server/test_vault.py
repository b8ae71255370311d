"""The key of an installation, and what happens to one that does not fit."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from server.bus import Bus
from server.storage.database import Database
from server.storage.migrate import migrate, require_current
from server.storage.vault import Vault, WrongKey


def test_the_key_is_made_once_and_is_its_owners_alone(tmp_path: Path) -> None:
    """However many processes start at once, they share one key, in a file nobody else may read."""
    with ThreadPoolExecutor(8) as pool:
        vaults = list(pool.map(lambda _: Vault.open(tmp_path), range(8)))
    assert len({vault.keyed("a", "b") for vault in vaults}) == 1
    assert [file.name for file in tmp_path.iterdir()] == ["key"]
    assert (tmp_path / "key").stat().st_mode & 0o777 == 0o600


def test_what_was_sealed_is_read_again_and_differs_each_time(tmp_path: Path) -> None:
    """Equal values cannot be told by their sealed form."""
    vault = Vault.open(tmp_path)
    assert vault.unseal(vault.seal({"答": ["是", 1, None]})) == {"答": ["是", 1, None]}
    assert vault.seal("same") != vault.seal("same")


@pytest.mark.parametrize("key", ["", "xyz", "ab" * 31, "ab" * 33, "王" * 64])
def test_a_key_that_is_none_says_the_cure(tmp_path: Path, key: str) -> None:
    """A damaged key file stops the start with a sentence, and is not replaced."""
    (tmp_path / "key").write_text(key)
    with pytest.raises(WrongKey, match="64 hex digits"):
        Vault.open(tmp_path)
    assert (tmp_path / "key").read_text() == key


def test_a_database_keeps_to_the_key_it_was_begun_with(database_url: str, tmp_path: Path) -> None:
    """A lost key file is not silently replaced by a new one beside old data."""

    def started() -> None:
        database = Database(database_url, Vault.open(tmp_path), Bus())
        try:
            migrate(database)
            require_current(database)
        finally:
            database.close()

    started()
    started()
    (tmp_path / "key").unlink()
    with pytest.raises(WrongKey, match="put back its file"):
        started()
