"""From warnings to whom we tell: takes undecided warnings, each once, and leaves messages or a place in a digest."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col

from dossiers.failpoints import failpoint
from dossiers.ladder import Kind, Told
from dossiers.office import Office
from dossiers.personal_tables import ApplicantRow
from dossiers.session import writing
from dossiers.states import Status
from dossiers.store import is_postgresql
from dossiers.tables import DossierRow, UndecidedWarningRow, WarningRow
from dossiers.working_time import local_date
from notifications.channels import CHANNELS
from notifications.digest_hours import last_digest_hour
from notifications.directory import Directory
from notifications.message_rows import add_messages, message_row
from notifications.preferences import Way, way_to, wishes_of
from notifications.recipients import Recipient, of_applicant
from notifications.rules import Mode, RuleSet, WarningRule, built_in_rules, in_force_at
from notifications.tables import WaitingForDigestRow
from notifications.warning_contents import kind_of

FRESH = timedelta(minutes=60)
DIGEST_HOUR = 7
NEVER_OFF = frozenset({Told.SUPERVISOR, Told.PROVINCE})
"""Whoever answers for others' work cannot switch its warnings off, only have them once a day."""
_AWAITING = (Status.INCOMPLETE.value, Status.AWAITING_SUPPLEMENT.value)


@dataclass(frozen=True, slots=True)
class WarningRouteReport:
    """What one routing of warnings did."""

    warnings: int = 0
    """Warnings that were decided about."""
    messages: int = 0
    """Messages of their own that were not there before."""
    for_digests: int = 0
    """Places in digests, one per recipient and warning."""
    more: bool = False
    """Whether it stopped at its limit: call again at once."""


@dataclass(frozen=True, slots=True)
class _Undecided:
    warning: WarningRow
    dossier: DossierRow
    applicant: ApplicantRow | None


@dataclass(frozen=True, slots=True)
class _Telling:
    one: _Undecided
    recipient: Recipient
    rule: WarningRule
    never_off: bool
    rules: RuleSet


def route_warnings(
    office: Office,
    *,
    now: datetime,
    limit: int = 500,
    rule_sets: tuple[RuleSet, ...] | None = None,
    channels: Collection[str] | None = None,
    fresh: timedelta = FRESH,
    digest_hour: int = DIGEST_HOUR,
) -> WarningRouteReport:
    """Decide about up to `limit` undecided warnings, those with the earliest legal moment first, in one transaction.

    A warning recorded within `fresh` of its legal moment goes out by itself to whoever wants that; one that was found
    later, e.g. after a downtime, waits for a digest, and so does all that a recipient is told until that has gone.
    """
    sets = built_in_rules() if rule_sets is None else rule_sets
    offered = CHANNELS if channels is None else channels
    hour = last_digest_hour(now, office.calendar(None, None), hour=digest_hour)
    with writing(office.engine) as session:
        taken = _take(session, limit)
        tellings = _tellings(office, session, taken, sets, now)
        messages, waiting = _decide(session, tellings, offered, fresh=fresh, hour=hour, now=now)
        made, queued = add_messages(session, messages), _wait(session, waiting)
        ids = [one.warning.id for one in taken]
        if ids:
            session.execute(delete(UndecidedWarningRow).where(col(UndecidedWarningRow.warning_id).in_(ids)))
        failpoint("warning_routing.before_commit")
    return WarningRouteReport(len(taken), made, queued, more=len(taken) == limit)


def _take(session: Session, limit: int) -> list[_Undecided]:
    query = (
        select(WarningRow, DossierRow, ApplicantRow)
        .join(UndecidedWarningRow, col(UndecidedWarningRow.warning_id) == col(WarningRow.id))
        .join(DossierRow, col(DossierRow.id) == col(WarningRow.dossier_id))
        .outerjoin(ApplicantRow, col(ApplicantRow.id) == col(DossierRow.applicant_id))
        .order_by(col(WarningRow.legal_moment), col(WarningRow.id))
        .limit(limit)
        .with_for_update(of=UndecidedWarningRow, skip_locked=True)
    )
    return [_Undecided(*row) for row in session.execute(query)]


def _tellings(
    office: Office, session: Session, taken: list[_Undecided], sets: tuple[RuleSet, ...], now: datetime
) -> list[_Telling]:
    directory = Directory(session, on=local_date(now))
    directory.load_steps(one.dossier.id or 0 for one in taken)
    found: list[_Telling] = []
    for one in taken:
        rules = in_force_at(sets, one.warning.recorded_at)
        if rules is None or one.dossier.silent:
            continue
        by_key: dict[str, _Telling] = {}
        for told in _told(office, one):
            rule = rules.of_warnings_to(told)
            if rule is None:
                continue
            for recipient in _recipients(office, directory, one, told):
                new = _Telling(one, recipient, rule, told in NEVER_OFF, rules)
                by_key[recipient.key] = _stronger(by_key.get(recipient.key), new)
        found += by_key.values()
    return found


def _told(office: Office, one: _Undecided) -> tuple[Told, ...]:
    dossier = one.dossier
    ladder = office.ladders.ladder_for(
        procedure=dossier.procedure,
        field=dossier.field,
        province=dossier.province,
        commune=dossier.commune,
        on=local_date(dossier.accepted_at or dossier.registered_at),
    )
    rung = ladder.rungs.get(one.warning.rung)
    return rung.to if rung else (Told.HOLDER,)


def _recipients(office: Office, directory: Directory, one: _Undecided, told: Told) -> list[Recipient]:
    dossier, number = one.dossier, one.warning.number
    if told is Told.APPLICANT:
        asked = dossier.status in _AWAITING and one.applicant is not None
        return [of_applicant(one.applicant)] if asked and one.applicant else []
    if told is Told.CONSULTED_BODY:
        return directory.body(dossier, number) if dossier.closed_at is None else []
    if told is Told.SUPERVISOR:
        return directory.supervisors(dossier)
    if told is Told.PROVINCE:
        return directory.auditors(dossier)
    step = kind_of(office.ladders, one.warning.rung) is Kind.STEP_TIME_USED
    return directory.holders(dossier, occurrences=[number] if step else ())


def _stronger(first: _Telling | None, second: _Telling) -> _Telling:
    """Of two reasons to tell the same person, the one that tells sooner; who may not switch off stays so."""
    if first is None:
        return second
    rung = second.one.warning.rung
    kept = second if second.rule.mode_of(rung) is Mode.NOW else first
    return _Telling(kept.one, kept.recipient, kept.rule, first.never_off or second.never_off, kept.rules)


def _decide(
    session: Session,
    tellings: list[_Telling],
    offered: Collection[str],
    *,
    fresh: timedelta,
    hour: datetime,
    now: datetime,
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    keys = [t.recipient.key for t in tellings]
    wishes, overdue = wishes_of(session, keys), _with_overdue_digest(session, keys, hour)
    messages: list[dict[str, Any]] = []
    waiting: list[dict[str, Any]] = []
    for t in tellings:
        warning, key = t.one.warning, t.recipient.key
        way = way_to(
            t.recipient,
            t.rule.through,
            wishes=wishes[key],
            default=t.rule.mode_of(warning.rung),
            offered=offered,
            never_off=t.never_off,
        )
        if way.mode is Mode.OFF:
            continue
        stale = warning.recorded_at - warning.legal_moment > fresh
        alone = t.rule.to is Told.APPLICANT or (way.mode is Mode.NOW and not stale and key not in overdue)
        if alone:
            messages.append(_message(t, way, now))
            continue
        since = warning.legal_moment
        if way.mode is Mode.NOW:  # it was to be told at once: the next digest is sent without waiting for the morning
            since = min(since, hour)
        if since <= hour:
            overdue.add(key)
        waiting.append({"recipient": key, "warning_id": warning.id, "since": since})
    return messages, waiting


def _message(t: _Telling, way: Way, now: datetime) -> dict[str, Any]:
    warning, dossier = t.one.warning, t.one.dossier
    return message_row(
        identity=f"{dossier.code}/{warning.rung}/{warning.number}/{warning.clock_period}",
        source=f"warning:{warning.id}",
        notice=t.rule.notice,
        recipient=t.recipient,
        way=way,
        rules=t.rules,
        now=now,
        dossier_id=dossier.id,
        warnings=[warning.id or 0],
    )


def _with_overdue_digest(session: Session, recipients: Iterable[str], hour: datetime) -> set[str]:
    keys = list(dict.fromkeys(recipients))
    if not keys:
        return set()
    query = (
        select(col(WaitingForDigestRow.recipient))
        .where(col(WaitingForDigestRow.recipient).in_(keys))
        .group_by(col(WaitingForDigestRow.recipient))
        .having(func.min(col(WaitingForDigestRow.since)) <= hour)
    )
    return set(session.scalars(query))


def _wait(session: Session, waiting: list[dict[str, Any]]) -> int:
    if not waiting:
        return 0
    insert = postgresql.insert if is_postgresql(session) else sqlite.insert
    added = insert(WaitingForDigestRow).on_conflict_do_nothing().returning(col(WaitingForDigestRow.warning_id))
    return len(session.execute(added, waiting).all())
