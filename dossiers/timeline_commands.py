"""A dossier from the shell, with its timeline."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from dossiers.shell import office, say, shown_local

if TYPE_CHECKING:
    from dossiers.events import Event
    from dossiers.rungs_reached import ReachedRung
    from dossiers.states import DossierState

AsJson = Annotated[bool, typer.Option("--json", help="In ra JSON / print JSON")]


def dossier(
    code: Annotated[str, typer.Argument(help="Mã hồ sơ / dossier code")],
    cut: Annotated[int | None, typer.Option(help="Như đã biết tại số cắt này / as known at that cut")] = None,
    as_json: AsJson = False,
) -> None:
    """Một hồ sơ và dòng thời gian của nó / a dossier and its timeline."""
    from dossiers.history import fold
    from dossiers.rungs_reached import among, rungs_reached
    from dossiers.session import reading
    from dossiers.store import find, ledger
    from dossiers.views import staff_names

    place = office()
    with reading(place.engine) as session:
        row = find(session, code)
        events = ledger(session, row.id or 0, up_to_cut=cut)
        names = staff_names(session, {e.actor for e in events})
        state = fold(events)
        rungs = rungs_reached(place, session, row, state, events) if cut is None else []
    shown = {
        "dossier": code,
        **_standing(state),
        "due_at": shown_local(row.due_at),
        "events": [_event(e, names) for e in events],
        "warnings": [_warning(w) for w in rungs],
    }
    lines = [f"{code} · {state.procedure} v{state.version} · {state.status.value} · r{state.revision}"]
    lines += [_line(each, names) for each in among(events, rungs)]
    say(shown, as_json=as_json, text="\n".join(lines))


def _standing(state: DossierState) -> dict[str, Any]:
    return {
        "procedure": state.procedure,
        "version": state.version,
        "commune": state.commune,
        "status": state.status.value,
        "revision": state.revision,
        "promised_at": shown_local(state.promised_at),
        "finished_at": shown_local(state.finished_at),
        "open_steps": [{"occurrence": o.occurrence, "step": o.step, "role": o.role} for o in state.open_steps.values()],
    }


def _event(event: Event, names: dict[str, str]) -> dict[str, Any]:
    return {
        "revision": event.revision,
        "type": event.type.value,
        "occurred_at": shown_local(event.occurred_at),
        "recorded_at": shown_local(event.recorded_at),
        "actor": event.actor,
        "actor_name": names.get(event.actor, event.actor),
        "payload": event.payload,
    }


def _warning(rung: ReachedRung) -> dict[str, Any]:
    return {
        "rung": rung.rung,
        "number": rung.number,
        "clock_period": rung.clock_period,
        "legal_moment": shown_local(rung.occurred_at),
        "recorded_at": shown_local(rung.recorded_at),
        "explained": {"vi": rung.explained.vi, "en": rung.explained.en},
    }


def _line(each: Event | ReachedRung, names: dict[str, str]) -> str:
    from dossiers.rungs_reached import ReachedRung

    if isinstance(each, ReachedRung):
        return f"    ! {shown_local(each.occurred_at)} {each.explained.vi}"
    who = names.get(each.actor, each.actor)
    return f"  {each.revision:>3} {shown_local(each.occurred_at)} {each.type.value:<28} {who}"
