"""Impact reports for readers: JSON values, and lines of text."""

from __future__ import annotations

from typing import Any

from dossiers.calendar_impact import ApplyReport, ImpactReport, Moved
from dossiers.shell import shown_local

_PROMISE = {
    "none": "",
    "on_due": "ngày hẹn trùng hạn mới / promised on the new due date",
    "before_due": "giữ ngày hẹn, trước hạn mới / promise stays, before the new due date",
    "after_due": "giữ ngày hẹn, SAU hạn mới / promise stays, AFTER the new due date",
}


def impact_shown(report: ImpactReport) -> dict[str, Any]:
    """A dry run as JSON values."""
    return {
        "looked_at": report.looked_at,
        "changed_days": [
            {"date": d.date.isoformat(), "before": d.kind_before, "after": d.kind_after, "name": d.name}
            for d in report.days
        ],
        "moved": [moved_shown(one) for one in report.moved],
        "become_late": [one.dossier for one in report.become_late],
        "no_longer_late": [one.dossier for one in report.moved if one.no_longer_late],
        "promised_after_due": [one.dossier for one in report.promises_broken_by_law],
        "unreadable": report.unreadable,
    }


def applied_shown(report: ApplyReport) -> dict[str, Any]:
    """What applying did, as JSON values."""
    return {"applied": [moved_shown(one) for one in report.applied], "refused": report.refused}


def moved_shown(one: Moved) -> dict[str, Any]:
    """One dossier that moves, as JSON values; instants in local time."""
    return {
        "dossier": one.dossier,
        "procedure": one.procedure,
        "commune": one.commune,
        "from": one.bound_before,
        "to": one.bound_after,
        "due_before": shown_local(one.due_before),
        "due_after": shown_local(one.due_after),
        "late_before": one.late_before,
        "late_after": one.late_after,
        "paused": one.paused,
        "promised_at": shown_local(one.promised_at),
        "promise": one.promise,
    }


def impact_lines(report: ImpactReport) -> list[str]:
    """A dry run as lines of text, Vietnamese / English."""
    lines = [f"{d.date.isoformat()}  {d.kind_before} → {d.kind_after}  {d.name}" for d in report.days]
    lines.append(
        f"Đã xem {report.looked_at} hồ sơ đang giải quyết, {len(report.moved)} hồ sơ đổi hạn, "
        f"{len(report.become_late)} thành quá hạn / {report.looked_at} open dossiers looked at, "
        f"{len(report.moved)} would move, {len(report.become_late)} would become late"
    )
    lines += [moved_line(one) for one in report.moved]
    lines += [f"  {code}: KHÔNG ĐỌC ĐƯỢC / UNREADABLE: {reason}" for code, reason in report.unreadable.items()]
    return lines


def moved_line(one: Moved) -> str:
    """One dossier that moves, on one line."""
    notes = [_PROMISE[one.promise]]
    if one.becomes_late:
        notes.append("THÀNH QUÁ HẠN / BECOMES LATE")
    if one.no_longer_late:
        notes.append("hết quá hạn / no longer late")
    if one.paused:
        notes.append("đang tạm dừng, hạn còn lùi / paused, the due time moves on")
    shown = "; ".join(note for note in notes if note)
    return f"  {one.dossier}  {shown_local(one.due_before)} → {shown_local(one.due_after)}  {shown}".rstrip()
