"""Sealed questionnaire answers, opened."""

from typing import Any, cast

from clinic.questionnaire import Answers, Flag, Words
from server.storage.vault import Vault


def open_form(vault: Vault, sealed: bytes) -> tuple[Answers, tuple[Flag, ...]]:
    """The answers and flags of one row of `form`."""
    kept = cast(dict[str, Any], vault.unseal(sealed))
    return kept["answers"], tuple(_flag(flag) for flag in kept["flags"])


def _flag(kept: dict[str, Any]) -> Flag:
    message = Words(**kept["message"]) if kept["message"] else None
    return Flag(**{**kept, "affects": tuple(kept["affects"]), "message": message})
