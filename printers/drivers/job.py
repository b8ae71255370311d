"""One job on one connection: ask, send, wait for the acknowledgement."""

from contextlib import suppress
from time import monotonic
from typing import Protocol

from printers.answers import (
    ERROR_CAUSE,
    OFFLINE_CAUSE,
    PAPER,
    SILENT,
    STATUS,
    Answer,
    Answers,
    Status,
    acknowledges,
    ask,
    pushed_status,
    status_of,
)
from printers.commands import FENCE, process_id
from printers.drivers.base import Grade, Outcome, Reason, Result, Seen

ASK_SECONDS = 0.5
POLL_SECONDS = 1.0
ECHO_SECONDS = 2.0
"""How long after the fence's answer an echo may still come: some printers answer the fence while they are printing."""
HOLD_SECONDS = 600.0
"""The longest wait for paper in the middle of a sheet."""
FAREWELL_SECONDS = 2.0
PIECE = 512


class Wire(Protocol):
    """A connection to a printer. Every method raises OSError once it is broken or closed by the other side."""

    def write(self, piece: bytes, seconds: float) -> int:
        """How many bytes were taken; 0 when none were in time."""
        ...

    def read(self, seconds: float) -> bytes:
        """What has arrived; nothing when nothing did in time."""
        ...

    def farewell(self, seconds: float) -> bool:
        """Say that no more will come. True when the printer hung up in turn, so has read all; False if it did not."""
        ...


class Job:
    """The talk with the printer about one sheet; also used for a mere question."""

    def __init__(self, wire: Wire, job_id: bytes, seen: Seen) -> None:
        self._wire, self._job_id, self._seen = wire, job_id, seen
        self._answers = Answers()
        self._replies: list[int] = []
        self._echoed, self._fenced_at = False, 0.0
        self._sent = 0
        self.status = SILENT

    def run(self, data: bytes, deadline: float) -> Outcome:
        """Everything from the first question to the farewell."""
        try:
            self.ask_status()
        except OSError:
            return self._outcome(Result.NOT_PRINTED, reason="closed")
        if self.status.blocked:
            return self._outcome(Result.NOT_PRINTED, reason=self.status.blocked)
        end = monotonic() + deadline
        trouble = self._send(data, end)
        if trouble:
            return self._outcome(Result.UNKNOWN if self._sent else Result.NOT_PRINTED, reason=trouble)
        try:
            return self._finish(data, deadline, end)
        except OSError:
            return self._outcome(Result.UNKNOWN, reason="closed")

    def ask_status(self, everything: bool = False) -> Status:
        """Asks DLE EOT. A printer that leaves the first question unanswered is not asked the others. Raises OSError."""
        replies: dict[int, int] = {}
        for question in (STATUS, OFFLINE_CAUSE, ERROR_CAUSE, PAPER):
            if question == ERROR_CAUSE and not everything and not replies[OFFLINE_CAUSE] & 0x40:
                continue
            reply = self._ask(question)
            if reply is None and question == STATUS:
                break
            replies[question] = reply or 0
        self._now(status_of(replies) if replies else SILENT)
        return self.status

    def _ask(self, question: int) -> int | None:
        self._replies.clear()
        until = monotonic() + ASK_SECONDS
        self._wire.write(ask(question), ASK_SECONDS)
        while not self._replies and monotonic() < until:
            self._listen(until - monotonic())
        return self._replies[0] if self._replies else None

    def _send(self, data: bytes, end: float) -> Reason | None:
        try:
            while self._sent < len(data):
                taken = self._wire.write(data[self._sent : self._sent + PIECE], max(0.0, end - monotonic()))
                if not taken:
                    return "stalled"
                self._sent += taken
        except OSError:
            return "closed"
        return None

    def _finish(self, data: bytes, deadline: float, end: float) -> Outcome:
        named = data.endswith(process_id(self._job_id) + FENCE)
        if named or data.endswith(FENCE):
            grade = self._wait(named, deadline, end)
            return self._proved(grade) if grade else self._unproved()
        if not self.status.known:
            self._wire.farewell(FAREWELL_SECONDS)
            return self._outcome(Result.PRINTED, Grade.E)
        after = self.ask_status()
        if not after.known or after.blocked:
            return self._outcome(Result.UNKNOWN, reason=after.blocked or "no_answer")
        return self._proved(Grade.C)

    def _wait(self, named: bool, deadline: float, end: float) -> Grade | None:
        """The grade of the acknowledgement, or None when there was none in time."""
        hold_end = end + HOLD_SECONDS
        poll_at = monotonic() + POLL_SECONDS
        try:
            while (now := monotonic()) < min(end, hold_end):
                if self._echoed:
                    return Grade.A
                if self._fenced_at and (not named or now > self._fenced_at + ECHO_SECONDS):
                    return Grade.B
                if self.status.known and now >= poll_at:
                    self.ask_status()
                    poll_at = monotonic() + POLL_SECONDS
                if self.status.blocked in ("paper", "cover"):
                    end = monotonic() + deadline
                self._listen(min(end, poll_at) - monotonic())
        except OSError:
            if not (self._echoed or self._fenced_at):
                raise
        return Grade.A if self._echoed else Grade.B if self._fenced_at else None

    def _proved(self, grade: Grade) -> Outcome:
        """Printed. What the printer says now is news for its next job, and no longer matters to this sheet."""
        with suppress(OSError):
            if self.status.known:
                self.ask_status(everything=True)
        return self._outcome(Result.PRINTED, grade)

    def _unproved(self) -> Outcome:
        """No acknowledgement. A printer that never says a word may still have read all: then it hangs up when we do."""
        if self.status.known or not self._wire.farewell(FAREWELL_SECONDS):
            return self._outcome(Result.UNKNOWN, reason=self.status.blocked or "no_answer")
        return self._outcome(Result.PRINTED, Grade.E)

    def _listen(self, seconds: float) -> None:
        for answer in self._answers.feed(self._wire.read(max(0.0, seconds))):
            self._hear(answer)

    def _hear(self, answer: Answer) -> None:
        if answer.kind == "status":
            self._replies.append(answer.body[0])
        elif answer.kind == "fence":
            self._fenced_at = self._fenced_at or monotonic()
        elif answer.kind == "pushed":
            self._now(pushed_status(answer.body))
        else:
            self._echoed = self._echoed or acknowledges(answer, self._job_id)

    def _now(self, status: Status) -> None:
        self.status = status
        self._seen(status)

    def _outcome(self, result: Result, grade: Grade | None = None, reason: Reason | None = None) -> Outcome:
        return Outcome(result, grade, reason, self._sent, self.status)
