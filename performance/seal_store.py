"""Reading seals, leaves and nodes: always the newest of each up to a seal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import select
from sqlmodel import Session, col

from performance.raw_events import in_parts
from performance.seal_errors import UnknownSeal
from performance.seal_tables import SealLeafRow, SealNodeRow, SealRow
from performance.seal_tree import Leaf, Node, bucket_of

PART = 300


def newest_seal(session: Session) -> SealRow | None:
    """The last seal taken; None before the first."""
    found: SealRow | None = session.execute(
        select(SealRow).order_by(col(SealRow.number).desc()).limit(1)
    ).scalar_one_or_none()
    return found


def seal_numbered(session: Session, number: int) -> SealRow:
    """The seal of that number.

    Raises:
        UnknownSeal: there is none.
    """
    found = session.get(SealRow, number)
    if found is None:
        raise UnknownSeal(number=number)
    return found


def seal_covering(session: Session, cut: int) -> SealRow | None:
    """The first seal that covers a cut."""
    query = select(SealRow).where(col(SealRow.cut) >= cut).order_by(col(SealRow.number)).limit(1)
    found: SealRow | None = session.execute(query).scalar_one_or_none()
    return found


def leaves_of(session: Session, dossiers: Iterable[str]) -> dict[str, Leaf]:
    """The newest leaves of these dossiers; without those that no seal holds."""
    found: dict[str, Leaf] = {}
    for part in in_parts(dossiers, PART):
        places = {bucket_of(code) for code in part}
        found |= {
            leaf.dossier: leaf
            for leaf in _leaves(session, col(SealLeafRow.bucket).in_(places), col(SealLeafRow.dossier).in_(part))
        }
    return found


def bucket_leaves(session: Session, buckets: Iterable[str], *, up_to: int) -> dict[str, dict[str, Leaf]]:
    """The leaves of whole buckets as of a seal."""
    found: dict[str, dict[str, Leaf]] = {}
    for part in in_parts(buckets, PART):
        for leaf in _leaves(session, col(SealLeafRow.bucket).in_(part), col(SealLeafRow.seal) <= up_to):
            found.setdefault(bucket_of(leaf.dossier), {})[leaf.dossier] = leaf
    return found


def _leaves(session: Session, *conditions: object) -> Sequence[Leaf]:
    columns = (SealLeafRow.dossier, SealLeafRow.length, SealLeafRow.head, SealLeafRow.link)
    query = select(*columns).where(*conditions).order_by(col(SealLeafRow.seal))  # type: ignore[call-overload]
    return [Leaf(*row) for row in session.execute(query)]


def nodes_under(session: Session, parents: Iterable[str], *, up_to: int) -> dict[str, dict[str, Node]]:
    """The nodes under these parents as of a seal."""
    found: dict[str, dict[str, Node]] = {}
    n = SealNodeRow
    for part in in_parts(parents, PART):
        query = (
            select(n.parent, n.name, n.dossiers, n.events, n.digest)  # type: ignore[call-overload]
            .where(col(n.parent).in_(part), col(n.seal) <= up_to)
            .order_by(col(n.seal))
        )
        for parent, *values in session.execute(query):
            found.setdefault(parent, {})[values[0]] = Node(*values)
    return found
