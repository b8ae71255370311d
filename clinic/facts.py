"""Everything that can happen in a clinic's day, in the past tense."""

from collections.abc import Mapping
from dataclasses import dataclass, field

Code = str | int | bool | None


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that happened. `about` holds ids and codes only: never a name, a number of a document, an answer or
    free text.

    The queue columns it changed are added by the journal itself, from the visits before and after.
    """

    name: str
    visit_id: int | None = None
    about: Mapping[str, Code] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.name not in FACTS:
            raise ValueError(f"unknown fact {self.name!r}: add it to clinic.facts.FACTS and to docs/words.md")


UNDOABLE = True
FINAL = False

FACTS: Mapping[str, bool] = {
    "day_opened": FINAL,
    "checked_in": UNDOABLE,
    "called": UNDOABLE,
    "called_again": UNDOABLE,
    "skipped": UNDOABLE,
    "arrived_at_room": UNDOABLE,
    "identity_checked": UNDOABLE,
    "seated": UNDOABLE,
    "waiting_in_chair": UNDOABLE,
    "missed": UNDOABLE,
    "put_on_hold": UNDOABLE,
    "stepped_out": UNDOABLE,
    "step_out_expired": FINAL,
    "returned": UNDOABLE,
    "transferred": UNDOABLE,
    "triaged": UNDOABLE,
    "priority_changed": UNDOABLE,
    "moved": UNDOABLE,
    "unpinned": UNDOABLE,
    "sent_to_imaging": UNDOABLE,
    "returned_from_imaging": UNDOABLE,
    "finished": UNDOABLE,
    "cancelled": UNDOABLE,
    "closed_by_system": FINAL,
    "form_filled": FINAL,
    "undone": FINAL,
    "printed": FINAL,
    "not_printed": FINAL,
    "print_unknown": FINAL,
    "reprint_asked": FINAL,
    "help_asked": FINAL,
    "help_taken": FINAL,
    "clock_jumped": FINAL,
    "device_paired": FINAL,
    "device_renamed": FINAL,
    "device_revoked": FINAL,
    "imported": FINAL,
}
"""Every fact and whether the command that made it can be undone (docs/words.md says so to people)."""
