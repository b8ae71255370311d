"""Emergencies go first, the graver one before the other."""

from clinic.ordering.reason import Reason, Standing
from clinic.visit import ROUTINE, Visit


def stand(visit: Visit) -> Standing:
    if visit.emergency:
        return Standing(visit.triage, Reason("emergency"))
    return Standing(ROUTINE, None)
