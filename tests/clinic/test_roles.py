"""Who may do what."""

import pytest

from clinic.roles import CLINICIANS, Role, Task, may_read_infections, tasks_of, verbs_of
from clinic.verbs import Verb


@pytest.mark.parametrize("role", Role)
def test_every_role_is_defined(role: Role) -> None:
    """No role is forgotten in either table, and whoever may act on a visit may see it."""
    assert verbs_of([role]) <= set(Verb)
    assert Task.SEE_PATIENTS in tasks_of([role]) or not verbs_of([role])


def test_a_technician_looks_after_devices_and_never_sees_a_patient() -> None:
    """The two tasks, no verb."""
    assert tasks_of([Role.TECHNICIAN]) == {Task.DEVICES, Task.CARDS}
    assert verbs_of([Role.TECHNICIAN]) == frozenset()


def test_only_dentist_assistant_and_imaging_read_infection_answers() -> None:
    """The three clinical roles of design section 3."""
    assert {role for role in Role if may_read_infections([role])} == CLINICIANS
    assert {Role.DENTIST, Role.ASSISTANT, Role.IMAGING} == CLINICIANS


def test_roles_add_up() -> None:
    """One person may be several things in a small clinic."""
    both = [Role.CASHIER, Role.CONSULTANT]
    assert verbs_of(both) == verbs_of([Role.CASHIER]) | verbs_of([Role.CONSULTANT])
    assert tasks_of(both) == tasks_of([Role.CASHIER]) | tasks_of([Role.CONSULTANT])


def test_reception_can_do_everything_with_a_visit_and_dentists_do_not_cancel() -> None:
    """The desk overrides all day."""
    assert verbs_of([Role.RECEPTION]) == set(Verb)
    assert Verb.CANCEL not in verbs_of([Role.DENTIST])
