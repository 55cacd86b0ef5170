"""Signs worth a second look, per commune and officer, with their base: what the ledger holds, without judgement."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from pathlib import Path
from statistics import median
from typing import Any

import yaml
from sqlalchemy import select
from sqlmodel import Session, col

from dossiers.tables import DossierRow
from performance.condition_sql import condition_sql, fact_columns
from performance.conditions import Condition, Reader, Span
from performance.counting import F, Where
from performance.formula_types import percent
from performance.formulas import compiled
from procedures.base import Names
from procedures.communes import commune as commune_of

FILE = Path(__file__).parent / "signs.yaml"
TOO_FEW = 20
"""Below so many dossiers no rate is compared."""
BANDS = (100, 500, 2_000)
"""Upper ends, exclusive, of the size bands of communes, in dossiers of the period (ours, unverified)."""


@dataclass(frozen=True, slots=True)
class Sign:
    """What to look for, and whose act it was."""

    id: str
    names: Names
    why: Names
    when: Condition
    officer: str


@dataclass(frozen=True, slots=True)
class Found:
    """A sign in one dossier."""

    sign: str
    dossier: str
    commune: str
    officer: str | None


@cache
def signs() -> tuple[Sign, ...]:
    """The signs that come with the program, read once."""
    reader = Reader(compiled("ii06a").formula.words, {})
    raw = yaml.safe_load(FILE.read_text(encoding="utf-8"))["signs"]
    return tuple(
        Sign(name, Names(**one["names"]), Names(**one["why"]), reader.read(one["when"]), one["officer"])
        for name, one in raw.items()
    )


def polished(session: Session, span: Span, where: Where) -> dict[str, Any]:
    """The signs among dossiers accepted in a period, as known now, by commune with rates, and the dossiers behind."""
    accepted = [*where.conditions, F.to_cut.is_(None), F.accepted_at >= span.start, F.accepted_at < span.end]
    base: Counter[str] = Counter(session.execute(select(F.commune).where(*accepted)).scalars())
    found = [one for sign in signs() for one in _of(session, sign, accepted, span)]
    return {
        "base": "dossiers accepted in the period",
        "too_few_below": TOO_FEW,
        "bands": list(BANDS),
        "signs": [_shown(sign, [f for f in found if f.sign == sign.id], base) for sign in signs()],
    }


def _of(session: Session, sign: Sign, accepted: list[Any], span: Span) -> Iterable[Found]:
    query = (
        select(col(DossierRow.code), F.commune, F[sign.officer])
        .join(DossierRow, col(DossierRow.id) == F.dossier_id)
        .where(*accepted, condition_sql(sign.when, fact_columns(), span))
        .order_by(F.commune, col(DossierRow.code))
    )
    return [Found(sign.id, *row) for row in session.execute(query)]


def _shown(sign: Sign, found: list[Found], base: Counter[str]) -> dict[str, Any]:
    counted = Counter(f.commune for f in found)
    rates = {c: Fraction(counted[c], n) for c, n in base.items() if n >= TOO_FEW}
    rows = []
    for commune in sorted(counted):
        alike = [rate for c, rate in rates.items() if c != commune and _group(c, base) == _group(commune, base)]
        own = [f for f in found if f.commune == commune]
        rows.append(
            {
                "commune": commune,
                "dossiers_with_sign": counted[commune],
                "base": base[commune],
                "percent": percent(rates.get(commune)),
                "similar_communes": len(alike),
                "median_percent_of_similar": percent(Fraction(median(alike))) if alike else None,
                "too_few": base[commune] < TOO_FEW,
                "officers": dict(sorted(Counter(f.officer or "" for f in own).items())),
                "dossiers": [f.dossier for f in own],
            }
        )
    return {"id": sign.id, "names": sign.names.model_dump(), "why": sign.why.model_dump(), "rows": rows}


def _group(commune: str, base: Counter[str]) -> tuple[str, int]:
    """Communes alike: of one area class and one size band."""
    return commune_of(commune).area_class.value, sum(base[commune] >= end for end in BANDS)
