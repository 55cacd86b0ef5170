"""Which action is permitted in which state: one exhaustive table."""

from __future__ import annotations

from enum import StrEnum

from dossiers.states import BEFORE_ACCEPTANCE, ENDED, RUNNING, Status


class Action(StrEnum):
    """Everything that somebody can do to a dossier."""

    REGISTER_SUBMISSION = "register_submission"
    FORWARD = "forward"
    RECEIVE_AT_COMPETENT_BODY = "receive_at_competent_body"
    ACCEPT = "accept"
    REFUSE = "refuse"
    ASSIGN = "assign"
    COMPLETE_STEP = "complete_step"
    RETURN_TO_STEP = "return_to_step"
    REQUEST_SUPPLEMENT = "request_supplement"
    RECEIVE_SUPPLEMENT = "receive_supplement"
    PAUSE = "pause"
    RESUME = "resume"
    EXTEND = "extend"
    APOLOGISE = "apologise"
    CONSULT = "consult"
    ANSWER_CONSULTATION = "answer_consultation"
    RECORD_PAYMENT = "record_payment"
    RECORD_EXEMPTION = "record_exemption"
    ISSUE_RESULT = "issue_result"
    HAND_OVER = "hand_over"
    WITHDRAW = "withdraw"
    PROPOSE_STOP = "propose_stop"
    DECLINE_STOP = "decline_stop"
    STOP = "stop"
    REOPEN = "reopen"
    CORRECT = "correct"
    APPLY_CALENDAR = "apply_calendar"
    MOVE_TO_VERSION = "move_to_version"
    APPLY_ELAPSED = "apply_elapsed"
    STORE_DOCUMENT = "store_document"
    REMOVE_DOCUMENT = "remove_document"
    ISSUE_SLIP = "issue_slip"
    RATE = "rate"


_WORKING = frozenset({Status.IN_PROGRESS, Status.PAUSED})
_AT_DESK = frozenset({Status.SUBMITTED, Status.INCOMPLETE})
_ALL = frozenset(Status)

PERMITTED: dict[Action, frozenset[Status]] = {
    Action.REGISTER_SUBMISSION: frozenset(),  # makes a dossier, so no state comes before it
    Action.FORWARD: frozenset({Status.SUBMITTED}),
    Action.RECEIVE_AT_COMPETENT_BODY: frozenset({Status.FORWARDED}),
    Action.ACCEPT: frozenset({Status.SUBMITTED}),
    Action.REFUSE: _AT_DESK | RUNNING,
    Action.ASSIGN: RUNNING | {Status.FINISHED},
    Action.COMPLETE_STEP: _WORKING | {Status.FINISHED},
    Action.RETURN_TO_STEP: _WORKING,
    Action.REQUEST_SUPPLEMENT: _WORKING | {Status.SUBMITTED},
    Action.RECEIVE_SUPPLEMENT: frozenset({Status.INCOMPLETE, Status.AWAITING_SUPPLEMENT}),
    Action.PAUSE: _WORKING,
    Action.RESUME: frozenset({Status.PAUSED, Status.AWAITING_SUPPLEMENT}),
    Action.EXTEND: RUNNING,
    Action.APOLOGISE: RUNNING,
    Action.CONSULT: RUNNING,
    Action.ANSWER_CONSULTATION: RUNNING | {Status.FINISHED, Status.HANDED_OVER},  # too late, but it is recorded
    Action.RECORD_PAYMENT: BEFORE_ACCEPTANCE | RUNNING | {Status.FINISHED},
    Action.RECORD_EXEMPTION: BEFORE_ACCEPTANCE | RUNNING | {Status.FINISHED},
    Action.ISSUE_RESULT: _WORKING,
    Action.HAND_OVER: frozenset({Status.FINISHED}),
    Action.WITHDRAW: _AT_DESK | RUNNING,
    Action.PROPOSE_STOP: RUNNING,
    Action.DECLINE_STOP: RUNNING,
    Action.STOP: RUNNING,
    Action.REOPEN: ENDED | {Status.FINISHED},
    Action.CORRECT: _ALL,
    Action.APPLY_CALENDAR: RUNNING,
    Action.MOVE_TO_VERSION: RUNNING,
    Action.APPLY_ELAPSED: _ALL,
    Action.STORE_DOCUMENT: _ALL,
    Action.REMOVE_DOCUMENT: _ALL,
    Action.ISSUE_SLIP: _ALL,
    Action.RATE: frozenset({Status.FINISHED, Status.HANDED_OVER}),
}


def permitted_actions(status: Status) -> frozenset[Action]:
    """The actions that a dossier in that state allows (before roles and steps are asked)."""
    return frozenset(action for action, states in PERMITTED.items() if status in states)
