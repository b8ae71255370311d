"""Booked patients by their time, walk-ins by their arrival."""

from clinic.ordering.reason import Reason, Standing
from clinic.visit import Visit


def stand(visit: Visit) -> Standing:
    if visit.rank_at is not None:
        return Standing(visit.rank_at.timestamp(), Reason("returned", visit.rank_at))
    if visit.slot is not None:
        return Standing(visit.slot.timestamp() - 0.5, Reason("booked", visit.slot))
    return Standing(visit.arrived_at.timestamp(), Reason("walk_in", visit.arrived_at))
