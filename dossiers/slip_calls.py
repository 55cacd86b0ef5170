"""Which events call for a statutory slip by themselves, and which one. Pure data; the slips are made a floor above."""

from __future__ import annotations

from collections.abc import Mapping

from dossiers.events import EventType

FORM_CALLED_BY: Mapping[EventType, str] = {
    EventType.RECEIPT_ISSUED: "01",
    EventType.SUPPLEMENT_REQUESTED: "02",
    EventType.DOSSIER_REFUSED: "03",
    EventType.DEADLINE_EXTENDED: "04",
    EventType.APOLOGY_SENT: "04",
    EventType.DOSSIER_STOPPED: "05",
    EventType.DOSSIER_WITHDRAWN: "05",
}
"""Numbers of TT 03/2025/TT-VPCP, Annex I."""
