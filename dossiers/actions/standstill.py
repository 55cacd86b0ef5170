"""What stops or moves the clock: supplements, pauses, extensions."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from pydantic import Field, model_validator

from dossiers.actions.base import Command, Context, Instant, action, plain
from dossiers.actions.intake import DocumentForm
from dossiers.clock import ClockReading, read_clock
from dossiers.duties import supplement_request_by
from dossiers.errors import (
    AlreadyPaused,
    BeforePreviousEvent,
    ExtensionLimitReached,
    ExtensionNotAllowed,
    ExtensionNotLater,
    ExtensionTooLong,
    InTheFuture,
    MalformedCommand,
    NotPaused,
    SupplementLimitReached,
    SupplementNotAllowed,
    UnknownDocument,
    UnknownPauseReason,
)
from dossiers.events import EventType, FreeText, NewEvent, instant
from dossiers.permitted import Action
from dossiers.reading import clock_history
from dossiers.states import ExtensionGranted, Status


class MissingItem(Command):
    """One thing that is missing or wrong, with guidance that is complete in one go."""

    document: str | None = Field(default=None, max_length=60)
    problem: str = Field(min_length=3, max_length=2000)
    guidance: str | None = Field(default=None, max_length=2000)


class RequestSupplement(Command):
    """Ask the applicant, once and completely, for what is missing (NĐ 118/2025 art. 17.2a)."""

    items: tuple[MissingItem, ...] = Field(min_length=1, max_length=50)
    found_at: Instant | None = Field(
        default=None, description="When it was found that something is missing; absent: just now."
    )
    exceeding_reason: str | None = Field(default=None, min_length=3, max_length=2000)


class ReceiveSupplement(Command):
    """The applicant has completed the dossier."""

    documents: dict[str, DocumentForm] = Field(default_factory=dict)


class Pause(Command):
    """Stop the clock on a ground that the procedure names."""

    reason: str = Field(max_length=60)
    note: str | None = Field(default=None, max_length=2000)


class Resume(Command):
    """Let the clock run again."""

    reason: str = Field(max_length=60)


class Extend(Command):
    """Give a new appointment, with an apology: by an amount in the limit's unit, or to an instant."""

    amount: Decimal | None = Field(default=None, gt=0, le=1000, decimal_places=3)
    until: Instant | None = None
    reason: str = Field(min_length=3, max_length=4000)
    apology: str = Field(min_length=3, max_length=4000)

    @model_validator(mode="after")
    def _one_of_both(self) -> Extend:
        if (self.amount is None) == (self.until is None):
            raise ValueError("give amount or until, one of them")
        return self


@action(Action.REQUEST_SUPPLEMENT, RequestSupplement)
def request_supplement(ctx: Context, command: RequestSupplement) -> list[NewEvent]:
    """Ask for what is missing; after acceptance the clock does what the procedure says.

    Raises:
        SupplementNotAllowed: the procedure allows none after acceptance.
        SupplementLimitReached: it was asked as often as allowed, and no reason is given for once more.
        UnknownDocument: an item names a document that the procedure does not know.
        InTheFuture, BeforePreviousEvent: it cannot have been found then.
        MalformedCommand: it is still at intake, where nothing is found.
    """
    state, rule = ctx.state, ctx.definition.supplement
    known = {d.id for d in ctx.definition.documents}
    for item in command.items:
        if item.document and item.document not in known:
            raise UnknownDocument(document=item.document, known=sorted(known))
    stage = "intake" if state.status is Status.SUBMITTED else "processing"
    if stage == "processing" and rule is None:
        raise SupplementNotAllowed(procedure=ctx.definition.code)
    allowed = rule.maximum_requests if rule else 1
    exceeds = len(state.supplements) >= allowed
    if exceeds and not command.exceeding_reason:
        raise SupplementLimitReached(requests=len(state.supplements), allowed=allowed)
    payload: dict[str, Any] = {
        "number": len(state.supplements) + 1,
        "stage": stage,
        "clock": rule.clock if rule and stage == "processing" else "run",
        "items": [_item(i) for i in command.items],
        "exceeds": exceeds,
    }
    if exceeds and command.exceeding_reason:
        payload["exceeding_reason"] = FreeText(command.exceeding_reason)
        payload["counts_late_in_766"] = True
    if command.found_at is not None:
        payload.update(_found(ctx, command.found_at))
    if rule and rule.applicant_deadline:
        payload["answer_by"] = instant(ctx.add_limit(ctx.at, rule.applicant_deadline))
        payload["when_passed"] = rule.when_deadline_passes
    return [NewEvent(EventType.SUPPLEMENT_REQUESTED, payload)]


def _found(ctx: Context, found_at: datetime) -> dict[str, Any]:
    """When it was found, until when it had to be asked for, and whether this came too late."""
    accepted = ctx.state.accepted_at
    if accepted is None:
        raise MalformedCommand(problems=[{"field": "found_at", "problem": "only after acceptance"}])
    if found_at > ctx.at:
        raise InTheFuture(given=instant(found_at), now=instant(ctx.at))
    if found_at < accepted:
        raise BeforePreviousEvent(given=instant(found_at), previous=instant(accepted))
    request_by = supplement_request_by(found_at, ctx.calendar)
    return {
        "found_at": instant(found_at),
        "request_by": instant(request_by),
        "request_late": ctx.at >= request_by,
    }


def _item(item: MissingItem) -> dict[str, Any]:
    shown: dict[str, Any] = {"problem": FreeText(item.problem)}
    if item.document:
        shown["document"] = item.document
    if item.guidance:
        shown["guidance"] = FreeText(item.guidance)
    return shown


@action(Action.RECEIVE_SUPPLEMENT, ReceiveSupplement)
def receive_supplement(ctx: Context, command: ReceiveSupplement) -> list[NewEvent]:
    """Take what the applicant brings; the clock goes on, or starts again where the procedure says so."""
    known = {d.id for d in ctx.definition.documents}
    for name in command.documents:
        if name not in known:
            raise UnknownDocument(document=name, known=sorted(known))
    request = ctx.state.open_supplement
    number = request.number if request else 0
    return [NewEvent(EventType.SUPPLEMENT_RECEIVED, {"number": number, "documents": dict(command.documents)})]


@action(Action.PAUSE, Pause)
def pause(ctx: Context, command: Pause) -> list[NewEvent]:
    """Stop the clock.

    Raises:
        UnknownPauseReason: the procedure does not name that ground.
        AlreadyPaused: the clock already stands still on it.
    """
    reason = ctx.definition.pause(command.reason)
    if reason is None:
        raise UnknownPauseReason(reason=command.reason, known=[p.id for p in ctx.definition.pauses])
    if any(p.reason == command.reason for p in ctx.state.open_pauses):
        raise AlreadyPaused(reason=command.reason)
    payload: dict[str, Any] = {"reason": reason.id, "whose": reason.whose_time, "on_resume": reason.on_resume}
    if reason.maximum:
        payload["ends_by"] = instant(ctx.add_limit(ctx.at, reason.maximum))
    if command.note:
        payload["note"] = FreeText(command.note)
    return [NewEvent(EventType.CLOCK_PAUSED, payload)]


@action(Action.RESUME, Resume)
def resume(ctx: Context, command: Resume) -> list[NewEvent]:
    """Let the clock run again; a ground whose end stops the dossier stops it.

    Raises:
        NotPaused: the clock does not stand still on that ground. A supplement ends by receiving it.
    """
    return resumed(ctx, command.reason, automatic=False)


def resumed(ctx: Context, reason: str, *, automatic: bool) -> list[NewEvent]:
    """The events with which a pause ends."""
    found = next((p for p in ctx.state.open_pauses if p.reason == reason and reason != "supplement"), None)
    if found is None:
        raise NotPaused(reason=reason, open=[p.reason for p in ctx.state.open_pauses])
    events = [NewEvent(EventType.CLOCK_RESUMED, {"reason": reason, "at_maximum": automatic})]
    if found.on_resume == "stop":
        events.append(NewEvent(EventType.DOSSIER_STOPPED, {"because": f"pause:{reason}"}))
    return events


@action(Action.EXTEND, Extend)
def extend(ctx: Context, command: Extend) -> list[NewEvent]:
    """Apologise and give a new appointment. `apology_late` records that it came after the last allowed day.

    Source: NĐ 61/2018/NĐ-CP art. 19.9 (once; apology at least one day before), unverified in NĐ 118/2025.

    Raises:
        ExtensionNotAllowed: the procedure has none.
        ExtensionLimitReached: it was already extended as often as allowed.
        ExtensionTooLong: more than the procedure allows.
        ExtensionNotLater: the new appointment is not later than the one in force.
    """
    state, rule = ctx.state, ctx.definition.extension
    if rule is None:
        raise ExtensionNotAllowed(procedure=ctx.definition.code)
    if len(state.extensions) >= rule.maximum_times:
        raise ExtensionLimitReached(times=len(state.extensions), allowed=rule.maximum_times)
    if command.amount and rule.maximum_amount and command.amount > rule.maximum_amount:
        raise ExtensionTooLong(asked=plain(command.amount), allowed=plain(rule.maximum_amount))
    before = ctx.reading()
    if command.until and rule.maximum_amount:
        furthest = _after_extension(ctx, ExtensionGranted(ctx.at, plain(rule.maximum_amount), None)).due_at
        if command.until > furthest:
            raise ExtensionTooLong(asked=instant(command.until), allowed=instant(furthest))
    amount = plain(command.amount) if command.amount else None
    after = _after_extension(ctx, ExtensionGranted(ctx.at, amount, command.until))
    if after.due_at <= before.due_at:
        raise ExtensionNotLater(before=instant(before.due_at), after=instant(after.due_at))
    last_day = before.due_at - timedelta(days=rule.apology_days_before)
    payload: dict[str, Any] = {
        "reason": FreeText(command.reason),
        "apology": FreeText(command.apology),
        "apology_late": ctx.at > last_day,
        "due_before": instant(before.due_at),
        "promised_at": instant(after.due_at),
    }
    if amount:
        payload["amount"] = amount
    if command.until:
        payload["until"] = instant(command.until)
    return [NewEvent(EventType.DEADLINE_EXTENDED, payload)]


def _after_extension(ctx: Context, extension: ExtensionGranted) -> ClockReading:
    if ctx.state.limit is None:
        raise ExtensionNotAllowed(procedure=ctx.definition.code)
    longer = clock_history(ctx.state, further=extension)
    return read_clock(ctx.state.limit, longer, ctx.calendar, now=ctx.at)
