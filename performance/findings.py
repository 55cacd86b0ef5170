"""What `motcua verify` finds, each with a sentence in Vietnamese and English."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Kind(StrEnum):
    """The ways in which a ledger can differ from its chains and seals."""

    CHANGED = "changed"
    REMOVED = "removed"
    CUT_TAIL = "cut_tail"
    INSERTED = "inserted"
    BACK_DATED = "back_dated"
    RENUMBERED = "renumbered"
    MISSING_DOSSIER = "missing_dossier"
    MISSING_EVENTS = "missing_events"
    NO_DOSSIER = "no_dossier"
    FORGED_SEAL = "forged_seal"
    BROKEN_SEAL_CHAIN = "broken_seal_chain"
    MISSING_SEAL = "missing_seal"
    CHANGED_LEAVES = "changed_leaves"


SENTENCES: dict[Kind, tuple[str, str]] = {
    Kind.CHANGED: ("sự kiện đã bị sửa", "the event was changed"),
    Kind.REMOVED: ("sự kiện đã bị xoá", "the event was removed"),
    Kind.CUT_TAIL: ("phần cuối sổ của hồ sơ đã bị cắt", "the end of the chain was cut off"),
    Kind.INSERTED: ("sự kiện được chèn vào sau khi niêm phong", "the event was inserted after the seal"),
    Kind.BACK_DATED: (
        "thời điểm ghi sớm hơn niêm phong mà niêm phong không có sự kiện này",
        "recorded, it says, before a seal that does not hold it",
    ),
    Kind.RENUMBERED: ("số thứ tự (id, cut) đã bị đổi", "its numbers (id, cut) were changed"),
    Kind.MISSING_DOSSIER: ("hồ sơ đã niêm phong không còn", "a sealed dossier is gone"),
    Kind.MISSING_EVENTS: ("thiếu sự kiện chưa niêm phong", "events that were not sealed yet are gone"),
    Kind.NO_DOSSIER: ("sự kiện không thuộc hồ sơ nào", "an event of no dossier"),
    Kind.FORGED_SEAL: ("niêm phong không phải bản đã ký", "the seal is not what was signed"),
    Kind.BROKEN_SEAL_CHAIN: ("chuỗi niêm phong bị đứt", "the chain of seals is broken"),
    Kind.MISSING_SEAL: ("thiếu niêm phong", "a seal is missing"),
    Kind.CHANGED_LEAVES: ("nội dung niêm phong đã bị sửa", "what the seal stands on was changed"),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that does not fit, as exactly as it can be named."""

    kind: Kind
    dossier: str | None = None
    revision: int | None = None
    seal: int | None = None
    detail: str = ""

    def as_dict(self) -> dict[str, object]:
        """For JSON."""
        vi, en = SENTENCES[self.kind]
        place = {"dossier": self.dossier, "revision": self.revision, "seal": self.seal, "detail": self.detail}
        return {"kind": self.kind.value, **place, "vi": vi, "en": en}

    @property
    def line(self) -> str:
        """For people."""
        vi, en = SENTENCES[self.kind]
        at = [self.dossier or "", f"r{self.revision}" if self.revision is not None else ""]
        at += [f"niêm phong / seal {self.seal}" if self.seal is not None else "", self.detail]
        return f"{' · '.join(a for a in at if a)}: {vi} / {en}"


@dataclass(slots=True)
class Verification:
    """What was checked and what did not fit."""

    seals: int = 0
    dossiers: int = 0
    events: int = 0
    unsealed_events: int = 0
    last_seal: int | None = None
    key: str = ""
    """Fingerprint of the public key that the signatures were checked with."""
    key_given: bool = False
    """Whether that key came from outside the database."""
    findings: list[Finding] = field(default_factory=list)

    @property
    def sound(self) -> bool:
        """Whether everything fits."""
        return not self.findings
