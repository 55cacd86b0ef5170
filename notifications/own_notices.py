"""What a member of staff was told, newest first: their own notices in the house."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from dossiers.office import Office
from notifications.contents import worded
from notifications.recipients import STAFF, recipient_by_key
from notifications.tables import MessageRow

MOST = 100


def own_notices(office: Office, session: Session, staff_id: str, *, limit: int = 30) -> list[dict[str, Any]]:
    """The last notices to somebody, in their words as of now."""
    recipient = recipient_by_key(session, f"{STAFF}:{staff_id}")
    if recipient is None:
        return []
    query = select(MessageRow).where(col(MessageRow.recipient) == recipient.key)
    rows = session.scalars(query.order_by(col(MessageRow.id).desc()).limit(min(limit, MOST)))
    shown = []
    for row in rows:
        outgoing = worded(office, session, row, recipient, "")
        shown.append(
            {
                "message_id": row.message_id,
                "notice": row.notice,
                "created_at": row.created_at,
                "channel": row.channel,
                "state": row.state,
                "subject": outgoing.subject,
                "text": outgoing.body,
            }
        )
    return shown
