"""`motcua procedures impact` and `replay`: what another version would do, or would have done, to dossiers."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dossiers.shell import now, office, say, shown_local

if TYPE_CHECKING:
    from dossiers.replay import ReplayReport, Tally
    from dossiers.version_impact import VersionImpactReport

AsJson = Annotated[bool, typer.Option("--json", help="In ra JSON / print JSON")]
With = Annotated[Path, typer.Option("--with", help="Tệp khai báo phiên bản mới / definition file of the new version")]
Province = Annotated[str | None, typer.Option(help="Mã tỉnh hai chữ số / two-digit province code")]
Procedure = Annotated[str, typer.Option(help="Mã thủ tục, ví dụ 1.001193 / procedure code")]
Period = Annotated[str, typer.Option(help="2026-07 hoặc/or 2026-07..2026-09")]


def impact(with_: With, province: Province = None, as_json: AsJson = False) -> None:
    """Thử một phiên bản mới: hồ sơ nào sẽ đổi hạn nếu chuyển sang; không ghi gì / dry run of a new version."""
    from dossiers.version_impact import version_impact
    from procedures.loader import load_file

    report = version_impact(office(), load_file(with_), now=now(), province=province)
    say(_impact_shown(report), as_json=as_json, text="\n".join(_impact_lines(report)))


def _impact_shown(report: VersionImpactReport) -> dict[str, Any]:
    from dossiers.impact_report import moved_shown

    return {
        "procedure": report.procedure,
        "version": report.version,
        "transition": report.transition,
        "looked_at": report.looked_at,
        "moved": [moved_shown(one) for one in report.moved],
        "become_late": [one.dossier for one in report.moved if one.becomes_late],
        "unchanged": report.unchanged,
        "cannot_move": report.cannot_move,
    }


def _impact_lines(report: VersionImpactReport) -> list[str]:
    from dossiers.impact_report import moved_line

    rule = report.transition or (
        "không có quy định chuyển tiếp, hồ sơ giữ phiên bản của mình / no transition rule: every dossier stays"
    )
    lines = [
        f"{report.procedure} phiên bản / version {report.version}: {rule}",
        f"Đã xem {report.looked_at} hồ sơ, {len(report.moved)} hồ sơ sẽ đổi hạn nếu chuyển / "
        f"{report.looked_at} open dossiers looked at, {len(report.moved)} would move",
    ]
    lines += [moved_line(one) for one in report.moved]
    lines += [f"  {code}: không chuyển được / cannot move: {'; '.join(w)}" for code, w in report.cannot_move.items()]
    return lines


def replay(
    procedure: Procedure, with_: With, period: Period, province: Province = None, as_json: AsJson = False
) -> None:
    """Tính lại hồ sơ đã giải quyết theo phiên bản khác, đặt cạnh thực tế / past dossiers under another version."""
    from dossiers.replay import replay as again
    from procedures.loader import load_file

    report = again(office(), load_file(with_), procedure=procedure, period=period, province=province)
    say(_replay_shown(report), as_json=as_json, text="\n".join(_replay_lines(report)))


def _replay_shown(report: ReplayReport) -> dict[str, Any]:
    from dossiers.replay import ASSUMPTIONS

    return {
        "procedure": report.procedure,
        "version": report.version,
        "period": report.period,
        "real": _tally_shown(report.real),
        "would_be": _tally_shown(report.would_be),
        "changed": [
            {
                "dossier": one.dossier,
                "finished_at": shown_local(one.finished_at),
                "due_before": shown_local(one.due_before),
                "due_after": shown_local(one.due_after),
                "verdict_before": one.verdict_before.value,
                "verdict_after": one.verdict_after.value,
            }
            for one in report.changed
        ],
        "not_compared": report.not_compared,
        "steps_gone": report.steps_gone,
        "pauses_not_recognised": report.pauses_not_recognised,
        "assumptions": [{"vi": one.vi, "en": one.en} for one in ASSUMPTIONS],
    }


def _tally_shown(tally: Tally) -> dict[str, Any]:
    rate = f"{tally.early + tally.on_time}/{tally.total}" if tally.total else None
    return {"early": tally.early, "on_time": tally.on_time, "late": tally.late, "rate": rate}


def _replay_lines(report: ReplayReport) -> list[str]:
    from dossiers.replay import ASSUMPTIONS

    real, other = report.real, report.would_be
    lines = [
        f"{report.procedure}, {report.period}: {real.total} hồ sơ so sánh được / dossiers compared",
        f"  {'':<28}{'thực tế / real':>22}{f'phiên bản / version {report.version}':>26}",
    ]
    for name, before, after in (
        ("sớm hạn / early", real.early, other.early),
        ("đúng hạn / on time", real.on_time, other.on_time),
        ("quá hạn / late", real.late, other.late),
    ):
        lines.append(f"  {name:<28}{before:>22}{after:>26}")
    lines.append(f"  {'tỷ lệ đúng hạn / rate':<28}{_rate(real):>22}{_rate(other):>26}")
    lines += [
        f"  {one.dossier}: {one.verdict_before.value} → {one.verdict_after.value}, "
        f"{shown_local(one.due_before)} → {shown_local(one.due_after)}"
        for one in report.changed
    ]
    lines += [f"  {code}: không so sánh được / not compared: {why}" for code, why in report.not_compared.items()]
    lines += [f"  bước không còn / step gone: {step} ({number})" for step, number in report.steps_gone.items()]
    lines += [f"  lý do không còn / ground gone: {p} ({number})" for p, number in report.pauses_not_recognised.items()]
    lines.append("Giả định / assumptions:")
    lines += [f"  - {one.vi} / {one.en}" for one in ASSUMPTIONS]
    return lines


def _rate(tally: Tally) -> str:
    if tally.rate is None:
        return "không có dữ liệu / no data"
    return f"{tally.early + tally.on_time}/{tally.total} ({float(tally.rate * 100):.1f} %)"
