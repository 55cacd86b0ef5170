"""How somebody wants to be told, and through which channel a message goes."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session, col

from notifications.channels import CHANNELS
from notifications.errors import UnknownChannel, UnknownRecipient
from notifications.recipients import APPLICANT, Recipient, recipient_by_key
from notifications.rules import Mode
from notifications.tables import PreferenceRow

ALL_CHANNELS = "*"
IN_THE_HOUSE = "counter"
Wishes = Mapping[str, Mode]
"""Mode by channel, or by `*`."""


@dataclass(frozen=True, slots=True)
class Preference:
    """One wish of a recipient."""

    recipient: str
    channel: str
    mode: Mode
    set_by: str
    set_at: datetime


def preferences(session: Session, recipient: str) -> list[Preference]:
    """What a recipient wishes, by channel."""
    query = select(PreferenceRow).where(col(PreferenceRow.recipient) == recipient)
    rows = session.scalars(query.order_by(col(PreferenceRow.channel)))
    return [Preference(r.recipient, r.channel, Mode(r.mode), r.set_by, r.set_at) for r in rows]


def wishes_of(session: Session, recipients: Iterable[str]) -> dict[str, dict[str, Mode]]:
    """The wishes of many recipients at once."""
    keys = list(dict.fromkeys(recipients))
    found: dict[str, dict[str, Mode]] = {key: {} for key in keys}
    if keys:
        for row in session.scalars(select(PreferenceRow).where(col(PreferenceRow.recipient).in_(keys))):
            found[row.recipient][row.channel] = Mode(row.mode)
    return found


def set_preference(
    session: Session, recipient: str, channel: str, mode: Mode | None, *, by: str, now: datetime
) -> list[Preference]:
    """Write a wish; None takes it back. Gives all wishes of the recipient.

    Raises:
        UnknownChannel: there is none of that name; `*` means every one.
        UnknownRecipient: there is nobody of that kind and id.
    """
    if channel not in (*CHANNELS, ALL_CHANNELS):
        raise UnknownChannel(channel=channel, known=[*CHANNELS, ALL_CHANNELS])
    if recipient_by_key(session, recipient) is None:
        raise UnknownRecipient(recipient=recipient)
    row = session.get(PreferenceRow, (recipient, channel))
    if mode is None:
        if row is not None:
            session.delete(row)
    else:
        row = row or PreferenceRow(recipient=recipient, channel=channel, mode=mode, set_by=by, set_at=now)
        row.mode, row.set_by, row.set_at = mode.value, by, now
        session.add(row)
    session.flush()
    return preferences(session, recipient)


@dataclass(frozen=True, slots=True)
class Way:
    """Through which channel a message goes, and how soon."""

    channel: str
    mode: Mode
    hopeless: str | None = None
    """Why it cannot reach anybody."""


def way_to(
    recipient: Recipient,
    through: Sequence[str],
    *,
    wishes: Wishes,
    default: Mode,
    offered: Collection[str],
    never_off: bool = False,
) -> Way:
    """The first channel that is offered, not switched off, and for which there is an address; and the mode there.

    An applicant who has switched everything off is told at the counter. `never_off`: who may not switch this off is
    told by the digest at least.
    """
    usable = [name for name in through if name in offered]
    reachable = [name for name in usable if recipient.address(CHANNELS[name].needs) is not None]
    wanted = [name for name in reachable if _wish(wishes, name, recipient) is not Mode.OFF]
    if not wanted and reachable and not never_off:
        return Way(reachable[0], Mode.OFF)
    channel = next(iter(wanted or reachable or usable or through))
    mode = _wish(wishes, channel, recipient) or default
    if mode is Mode.OFF:
        mode = Mode.DIGEST
    hopeless = recipient.gone or (None if reachable else "the recipient gave no address")
    return Way(channel, mode, hopeless)


def _wish(wishes: Wishes, channel: str, recipient: Recipient) -> Mode | None:
    wish = wishes.get(channel) or wishes.get(ALL_CHANNELS)
    if wish is Mode.OFF and channel == IN_THE_HOUSE and recipient.kind == APPLICANT:
        return None
    return wish
