"""Parts of a linked group in the transaction of their parent: taken in hand, and moved on as it was.

The parent is locked first, its parts after it in the order of their codes; no part ever locks its parent. So two
transactions on one group wait for each other in one order.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from dossiers.actions.following import FOLLOWED, followed
from dossiers.authority import SYSTEM

if TYPE_CHECKING:
    from dossiers.work import Work


def follow(work: Work, take: Callable[[str], Work]) -> list[Work]:
    """The parts of the dossier in hand, and theirs, with what its new events did to them; not written yet."""
    causes = [event for event in work.events if event.type in FOLLOWED]
    if not causes or not work.state.linked:
        return []
    moved: list[Work] = []
    for code in sorted(work.state.linked):
        part = take(code)
        for cause in causes:
            at = max(cause.occurred_at, part.state.last_occurred_at or cause.occurred_at)
            part.elapse(at, hold=False)
            facts = {"common_documents": _documents(work) & _documents(part)}
            part.record(followed(part.context(at, SYSTEM, facts), cause), at=at, actor=SYSTEM)
        moved += [part, *follow(part, take)]
    return moved


def _documents(work: Work) -> frozenset[str]:
    at = work.state.last_occurred_at or work.now
    return frozenset(d.id for d in work.definition(at).documents)
