"""What an officer's duties offer: to extend, to apologise, to consult, and to stop by two persons."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from dossiers.actions.apologising import apologises_alone
from dossiers.actions.asking import is_deemed_only
from dossiers.duty_rules import duty_rules
from dossiers.offer_types import Choice, Desk, Offer
from dossiers.permitted import Action
from procedures.base import Names
from procedures.steps import Kind


def _extend(desk: Desk) -> Iterable[Offer]:
    rule = desk.view.definition.extension
    if rule is not None and len(desk.view.state.extensions) < rule.maximum_times:
        yield Offer(Action.EXTEND)


def _apologise(desk: Desk) -> Iterable[Offer]:
    if apologises_alone(desk.view.definition) and desk.view.state.apologies < duty_rules().apology.maximum_times:
        yield Offer(Action.APOLOGISE)


def _propose_stop(desk: Desk) -> Iterable[Offer]:
    if desk.view.state.stop_proposal is None:
        yield Offer(Action.PROPOSE_STOP)


def _decline_stop(desk: Desk) -> Iterable[Offer]:
    if (waiting := desk.view.state.stop_proposal) is not None:
        yield Offer(Action.DECLINE_STOP, {"proposal": waiting.revision})


def _stop(desk: Desk) -> Iterable[Offer]:
    waiting = desk.view.state.stop_proposal
    if waiting is not None and waiting.by != desk.context.actor.id:
        yield Offer(Action.STOP, {"proposal": waiting.revision})


def _consult(desk: Desk) -> Iterable[Offer]:
    for found, step in desk.open_steps():
        if step.kind is Kind.CONSULTATION and desk.held(found):
            usual = tuple(Choice(b, Names(vi=b, en=b)) for b in step.bodies)
            yield Offer(Action.CONSULT, {"occurrence": found.occurrence}, step.names, {"bodies": usual})


def _answer(desk: Desk) -> Iterable[Offer]:
    for asked in desk.view.state.consultations.values():
        if asked.answered_at is None or is_deemed_only(asked):
            yield Offer(Action.ANSWER_CONSULTATION, {"number": asked.number}, Names(vi=asked.body, en=asked.body))


DUTY_OFFERS: dict[Action, Callable[[Desk], Iterable[Offer]]] = {
    Action.EXTEND: _extend,
    Action.APOLOGISE: _apologise,
    Action.CONSULT: _consult,
    Action.ANSWER_CONSULTATION: _answer,
    Action.PROPOSE_STOP: _propose_stop,
    Action.DECLINE_STOP: _decline_stop,
    Action.STOP: _stop,
}
