"""What came of an import: counts, and each row not taken whole."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal, get_args

from locales import Words
from server.imports.rows import Fact, Kind, Place, Reason

Outcome = Literal["created", "changed", "unchanged", "refused"]
KINDS: tuple[Kind, ...] = get_args(Kind)
OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)


@dataclass(frozen=True, slots=True)
class Remark:
    """A row and what to know about it, in codes: it repeats nothing that stands in the row."""

    file: str
    unit: str
    number: int
    code: str
    facts: Mapping[str, Fact]

    def said(self, words: Words, what: str) -> str:
        """One line for people; `what` is refused or remark."""
        sentence = words.text(f"imports.{what}.{self.code}", **self.facts)
        return words.text(f"imports.at.{self.unit}", file=self.file, number=self.number, what=sentence)


@dataclass(frozen=True, slots=True)
class Report:
    """`counts` by kind and outcome. `refusals` were not imported, `remarks` were, but not all of it.

    `passed_over`: resources of kinds that nothing is made of. `rev` is the run's command, None for a dry run.
    """

    counts: Mapping[str, Mapping[str, int]]
    refusals: tuple[Remark, ...] = ()
    remarks: tuple[Remark, ...] = ()
    passed_over: int = 0
    rev: int | None = None

    @property
    def refused(self) -> int:
        """Rows and whole files that were not imported."""
        return len(self.refusals)

    def lines(self, words: Words) -> Iterator[str]:
        """The whole report in words."""
        if self.rev is None:
            yield words.text("imports.dry_run")
        for kind in KINDS:
            yield words.text(f"imports.counts.{kind}", **self.counts[kind])
        if self.passed_over:
            yield words.text("imports.passed_over", n=self.passed_over)
        yield from (refusal.said(words, "refused") for refusal in self.refusals)
        yield from (remark.said(words, "remark") for remark in self.remarks)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> "Report":
        """What `as_json` gave, also after a way through JSON."""
        lists = {name: tuple(Remark(**each) for each in values[name]) for name in ("refusals", "remarks")}
        return cls(**{**values, **lists})


class Tally:
    """A report while it is being written."""

    def __init__(self) -> None:
        self._counts: Counter[tuple[str, Outcome]] = Counter()
        self._refusals: list[Remark] = []
        self._remarks: list[Remark] = []

    def count(self, kind: Kind, outcome: Outcome) -> None:
        self._counts[kind, outcome] += 1

    def refuse(self, place: Place, kind: Kind | None, reason: Reason) -> None:
        """`kind` None: a whole file."""
        if kind is not None:
            self.count(kind, "refused")
        self._refusals.append(_remark(place, reason))

    def remark(self, place: Place, code: str) -> None:
        self._remarks.append(_remark(place, Reason(code)))

    def report(self, passed_over: int, rev: int | None) -> Report:
        counts: dict[str, dict[str, int]] = {
            kind: {outcome: self._counts[kind, outcome] for outcome in OUTCOMES} for kind in KINDS
        }
        return Report(counts, tuple(self._refusals), tuple(self._remarks), passed_over, rev)


def _remark(place: Place, reason: Reason) -> Remark:
    return Remark(place.file, place.unit, place.number, reason.code, dict(reason.facts))
