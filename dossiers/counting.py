"""Which dossiers count as one: conditions for counting linked groups. A group is one case for the citizen.

For the bodies it is one case each: what a body has to do in a group counts once for it, however many dossiers of the
group it holds. The dossier that holds the group, and every part that a People's Committee of a commune handles, is the
commune's own.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, case, func, literal, or_
from sqlmodel import col

from dossiers.tables import DossierRow

OWN_BODIES = ("Ủy ban nhân dân cấp xã",)
"""How definitions name the commune itself where a linked part is its own."""
OWN = ""


def citizen_case() -> ColumnElement[bool]:
    """Holds for the dossiers that a citizen handed in; parts of a group are left out. `COUNT(*)` over it."""
    return col(DossierRow.parent).is_(None)


def responsible_body() -> ColumnElement[str]:
    """The body that handles a dossier: empty for the commune itself, also where a part of a group is its own.

    Its constants are written into the statement, so that a query may group by it.
    """
    body = col(DossierRow.body)
    own = or_(body.is_(None), *(body == literal(name, literal_execute=True) for name in OWN_BODIES))
    return case((own, literal(OWN, literal_execute=True)), else_=body)


def group_code() -> ColumnElement[str]:
    """The code that all dossiers of a group share: the parent's, or the dossier's own."""
    return func.coalesce(col(DossierRow.parent), col(DossierRow.code))


def body_cases() -> ColumnElement[int]:
    """How many cases the bodies have: each body once per group. Group by `responsible_body()` for each body's share."""
    return func.count(func.distinct(group_code() + "|" + responsible_body()))
