"""`motcua demo`: the demonstration from a shell."""

from __future__ import annotations

from typing import Annotated

import typer


def demo(
    dossiers: Annotated[int, typer.Option(min=1, max=5000, help="Số hồ sơ / how many dossiers")] = 200,
    seed: Annotated[int, typer.Option(help="Số khởi tạo ngẫu nhiên / seed")] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="JSON")] = False,
) -> None:
    """Chạy hồ sơ minh hoạ qua API và worker thật / take demonstration dossiers through the real API and worker."""
    from dossiers.settings import settings
    from dossiers.shell import DIFFERENT, office, say
    from flows.demonstration.run import demonstrate, prefect_environment
    from flows.demonstration.serving import served
    from flows.now import now
    from flows.server import client_environment

    given = settings()
    with served(given) as url:
        prefect_environment(client_environment(given))
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

        columns = (TextColumn("hồ sơ / dossiers"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        with Progress(*columns, console=Console(stderr=True)) as bar:
            task = bar.add_task("", total=dossiers)
            here = office()
            outcome = demonstrate(
                here,
                url=url,
                dossiers=dossiers,
                seed=seed,
                now=now,
                progress=lambda done, _all: bar.update(task, completed=done),
            )
    communes = outcome.by_commune(here)
    proof = outcome.proof
    shown = {
        "dossiers": len(outcome.journeys),
        "communes": communes,
        "failures": outcome.failures,
        "proof": {
            "events": proof.events,
            "automatic_steps": proof.automatic_steps,
            "prefect_tasks": proof.prefect_tasks,
            "prefect_runs": proof.prefect_runs,
            "repeated_tasks": proof.repeated_tasks,
            "problems": proof.problems,
        },
    }
    say(shown, as_json=as_json, text=_in_words(shown, communes))
    if outcome.failures or proof.problems:
        raise typer.Exit(DIFFERENT)


def _in_words(shown: dict[str, object], communes: list[dict[str, object]]) -> str:
    lines = []
    for one in communes:
        lines.append(f"{one['name']} ({one['commune']}): {one['dossiers']} hồ sơ")
        for title in ("paths", "status", "verdict"):
            found = one[title]
            if isinstance(found, dict) and found:
                lines.append(f"    {title:<8} " + ", ".join(f"{k} {v}" for k, v in found.items()))
    proof = shown["proof"]
    if isinstance(proof, dict):
        lines.append(
            f"sổ cái / ledger: {proof['events']} sự kiện / events; bước tự động / automatic {proof['automatic_steps']}"
            f" = Prefect tasks {proof['prefect_tasks'] - proof['repeated_tasks']} in {proof['prefect_runs']} runs"
        )
        lines += [f"  SAI / WRONG: {p}" for p in proof["problems"]]
    failures = shown["failures"]
    if isinstance(failures, list):
        lines += [f"  HỎNG / FAILED: {f}" for f in failures]
    return "\n".join(lines)
