"""A rehearsed month in dossiers per second: by the bulk writer and through the gate, the same month of one seed."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bench.databases import throw_away as on_postgresql
from flows.rehearsal.likeness import differences, events, rungs
from flows.rehearsal.run import Rehearsed, Through, rehearse, throw_away
from flows.rehearsal.setting import Wish, setting_of

WISH = Wish(communes=12, days=30, seed=7, start=date(2027, 1, 25), per_day=3)


def run(wish: Wish = WISH) -> dict[str, Any]:
    """Rates with everything written, on SQLite and PostgreSQL, and whether both ways came out the same."""
    setting = setting_of(wish)
    with throw_away() as (url, folder), throw_away() as (other_url, other):
        bulk = rehearse(setting, url, folder, through="bulk", sweep="end")
        gate = rehearse(setting, other_url, other, through="gate", sweep="end")
        first, second = bulk.offices.after, gate.offices.after
        unlike = differences(rungs(first), rungs(second))
        unlike += differences(events(first, with_recording=True), events(second, with_recording=True))
    found = {
        "dossiers": gate.proof.dossiers,
        "events": gate.proof.events,
        "rungs": gate.proof.rungs.total(),
        "bulk_sqlite_per_s": round(bulk.per_second, 1),
        "gate_sqlite_per_s": round(gate.per_second, 1),
    }
    runs = [bulk, gate]
    ways: tuple[Through, ...] = ("bulk", "gate")
    for through in ways:
        with on_postgresql() as url, TemporaryDirectory() as folder:
            one: Rehearsed = rehearse(setting, url, Path(folder), through=through, sweep="end")
            found[f"{through}_postgresql_per_s"] = round(one.per_second, 1)
            runs.append(one)
    found["differences_bulk_gate"] = len(unlike)
    found["problems"] = sum(len(one.proof.problems) for one in runs)
    return found
