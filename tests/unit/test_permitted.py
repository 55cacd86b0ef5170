"""The whole state × action table, written out by hand: every pair is either allowed here or refused."""

from __future__ import annotations

import pytest

from dossiers.actions.base import RULES
from dossiers.permitted import PERMITTED, Action, permitted_actions
from dossiers.states import Status

TABLE = """
action                     sub fwd inc wip sup pau fin han ref wdr stp
register_submission         .   .   .   .   .   .   .   .   .   .   .
forward                     x   .   .   .   .   .   .   .   .   .   .
receive_at_competent_body   .   x   .   .   .   .   .   .   .   .   .
accept                      x   .   .   .   .   .   .   .   .   .   .
refuse                      x   .   x   x   x   x   .   .   .   .   .
assign                      .   .   .   x   x   x   x   .   .   .   .
complete_step               .   .   .   x   .   x   x   .   .   .   .
return_to_step              .   .   .   x   .   x   .   .   .   .   .
request_supplement          x   .   .   x   .   x   .   .   .   .   .
receive_supplement          .   .   x   .   x   .   .   .   .   .   .
pause                       .   .   .   x   .   x   .   .   .   .   .
resume                      .   .   .   .   x   x   .   .   .   .   .
extend                      .   .   .   x   x   x   .   .   .   .   .
apologise                   .   .   .   x   x   x   .   .   .   .   .
consult                     .   .   .   x   x   x   .   .   .   .   .
answer_consultation         .   .   .   x   x   x   x   x   .   .   .
record_payment              x   x   x   x   x   x   x   .   .   .   .
record_exemption            x   x   x   x   x   x   x   .   .   .   .
issue_result                .   .   .   x   .   x   .   .   .   .   .
hand_over                   .   .   .   .   .   .   x   .   .   .   .
withdraw                    x   .   x   x   x   x   .   .   .   .   .
propose_stop                .   .   .   x   x   x   .   .   .   .   .
decline_stop                .   .   .   x   x   x   .   .   .   .   .
stop                        .   .   .   x   x   x   .   .   .   .   .
reopen                      .   .   .   .   .   .   x   x   x   x   x
correct                     x   x   x   x   x   x   x   x   x   x   x
apply_calendar              .   .   .   x   x   x   .   .   .   .   .
move_to_version             .   .   .   x   x   x   .   .   .   .   .
apply_elapsed               x   x   x   x   x   x   x   x   x   x   x
store_document              x   x   x   x   x   x   x   x   x   x   x
remove_document             x   x   x   x   x   x   x   x   x   x   x
issue_slip                  x   x   x   x   x   x   x   x   x   x   x
rate                        .   .   .   .   .   .   x   x   .   .   .
"""
COLUMNS = {
    "sub": Status.SUBMITTED,
    "fwd": Status.FORWARDED,
    "inc": Status.INCOMPLETE,
    "wip": Status.IN_PROGRESS,
    "sup": Status.AWAITING_SUPPLEMENT,
    "pau": Status.PAUSED,
    "fin": Status.FINISHED,
    "han": Status.HANDED_OVER,
    "ref": Status.REFUSED,
    "wdr": Status.WITHDRAWN,
    "stp": Status.STOPPED,
}


def _rows() -> dict[str, dict[Status, bool]]:
    header, *lines = [line.split() for line in TABLE.strip().splitlines()]
    order = [COLUMNS[name] for name in header[1:]]
    return {line[0]: dict(zip(order, (mark == "x" for mark in line[1:]), strict=True)) for line in lines}


def test_the_table_names_every_action_and_every_state() -> None:
    rows = _rows()
    assert set(rows) == {a.value for a in Action}
    assert all(set(row) == set(Status) for row in rows.values())


@pytest.mark.parametrize("action", list(Action))
@pytest.mark.parametrize("status", list(Status))
def test_every_pair_of_state_and_action(action: Action, status: Status) -> None:
    assert (status in PERMITTED[action]) is _rows()[action.value][status]
    assert (action in permitted_actions(status)) is _rows()[action.value][status]


def test_every_action_but_registering_has_a_rule() -> None:
    import dossiers.gate  # noqa: F401 - fills the table

    assert set(RULES) == set(Action) - {Action.REGISTER_SUBMISSION}
