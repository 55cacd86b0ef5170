"""The structured facts of a record taken over: who, where, legal basis, documents, fees, results."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta, timezone
from typing import Any

from procedures.catalogue import load_fields
from procedures.communes import provinces, without_accents
from procedures.drafting.records import items_of, mapping_of, number_of, text_of
from procedures.drafting.remarks import Notebook
from procedures.drafting.time_limits import SOURCE, both
from procedures.schema import Authority

LAST_STAMP = 32_503_680_000_000
"""The year 3000 in milliseconds."""
_ICT = timezone(timedelta(hours=7))
_CHAIR = re.compile(r"chu tich (uy ban nhan dan|ubnd)")
_COMMITTEE = re.compile(r"(uy ban nhan dan|ubnd)( cap)? (xa|phuong)|uy ban nhan dan cap xa")
_LAND_AGENCY = re.compile(r"quan ly dat dai cap xa|nong nghiep va moi truong thuoc (ubnd|uy ban nhan dan) cap xa")
_REGISTRATION = re.compile(r"van phong dang ky dat dai")
_FEE_KINDS = {"FEE": "fee", "SERVICE_FEE": "charge", "PRICE_LEVEL": "fee"}


def slug(text: str, longest: int = 60) -> str:
    """Lower-case ASCII words joined by hyphens, cut at a word; may be empty."""
    words = re.sub(r"[^a-z0-9]+", "-", without_accents(text)).strip("-")
    return words if len(words) <= longest else words[:longest].rsplit("-", 1)[0]


def field_of(record: Mapping[str, Any], notes: Notebook) -> str:
    """The id of the field whose Vietnamese name the category has, else a new id made from the category's name."""
    name = text_of(mapping_of(record, "category", "", notes), "name", "category.", notes)
    others = [text_of(item, "name", f"{p}.", notes) for p, item in items_of(record, "categoriesDetails", "", notes)]
    name = name or next((o for o in others if o), "")
    known = {without_accents(f.names.vi): key for key, f in load_fields().items()}
    if (found := known.get(without_accents(name))) is not None:
        return found
    made = slug(name)
    if not made or not made[0].isalpha():
        notes.write("assumptions", "no_category", "category", name, field="chua-ro")
        return "chua-ro"
    notes.write("assumptions", "new_field", "category", name, field=made)
    return made


def scope_of(record: Mapping[str, Any], notes: Notebook) -> dict[str, Any]:
    """The province of the promulgating body; nationwide for a ministry or when the body is not recognised."""
    given = text_of(record, "departmentPromulgateName", "", notes)
    plain = without_accents(given)
    for province in provinces():
        bare = without_accents(province.name).removeprefix("thanh pho ").removeprefix("tinh ")
        if re.search(
            rf"(?:ubnd|uy ban nhan dan|hdnd|hoi dong nhan dan)\s+(?:tinh|thanh pho|tp\.?)\s+{re.escape(bare)}$", plain
        ):
            notes.write("assumptions", "province", "departmentPromulgateName", given)
            return {"provinces": [province.code]}
    ministry = re.match(
        r"(?:bo|thanh tra chinh phu|ngan hang nha nuoc|van phong chinh phu|bao hiem xa hoi viet nam)\b", plain
    )
    notes.write("assumptions", "nationwide" if ministry else "unknown_promulgator", "departmentPromulgateName", given)
    return {}


def authority_of(record: Mapping[str, Any], notes: Notebook) -> str:
    """The competent authority guessed from the bodies named, the deciding ones before the executing ones."""
    given: list[str] = []
    for key in ("departmentsAuthority", "departmentsExecuting"):
        given += [text_of(item, "name", f"{place}.", notes) for place, item in items_of(record, key, "", notes)]
    given.append(text_of(record, "executingAgencies", "", notes))
    names = "; ".join(dict.fromkeys(g for g in given if g))
    plain = without_accents(names)
    ranked = (
        (_CHAIR, Authority.COMMUNE_CHAIR),
        (_LAND_AGENCY, Authority.COMMUNE_LAND_AGENCY),
        (_COMMITTEE, Authority.COMMUNE_PEOPLES_COMMITTEE),
        (_REGISTRATION, Authority.LAND_REGISTRATION_BRANCH),
    )
    found = next((authority for pattern, authority in ranked if pattern.search(plain)), Authority.OTHER)
    notes.write("assumptions", "authority", "departmentsAuthority", names, given=names[:200] or "—")
    return found.value


def updated_on(record: Mapping[str, Any], notes: Notebook) -> date | None:
    """The day of the record's last update in Vietnam, from milliseconds since 1970; None when there is none."""
    stamp = number_of(record.get("updatedAt"), "updatedAt", Notebook(), largest=LAST_STAMP)
    if stamp is None or stamp <= 0:
        notes.write("faults", "no_update", "updatedAt")
        return None
    return datetime.fromtimestamp(int(stamp) / 1000, tz=_ICT).date()


def legal_basis_of(record: Mapping[str, Any], code: str, day: date | None, notes: Notebook) -> list[dict[str, Any]]:
    """The record itself first, then each document that it names, once."""
    updated = f", cập nhật ngày {day:%d/%m/%Y}" if day else ""
    entries = [{"id": SOURCE, "document": f"Bản ghi thủ tục {code} trên Cổng dịch vụ công quốc gia{updated}"}]
    taken = {SOURCE}
    for place, item in items_of(record, "legalBasisesDetails", "", notes):
        number, name = text_of(item, "code", f"{place}.", notes), text_of(item, "name", f"{place}.", notes)
        entry_id = slug(number) or slug(name, 30)
        if not entry_id or entry_id in taken:
            continue
        taken.add(entry_id)
        entry = {"id": entry_id, "document": number or name}
        entries.append(entry | ({"note": name} if number and name else {}))
    if len(entries) == 1:
        notes.write("assumptions", "no_legal_basis", "legalBasisesDetails")
    return entries


def documents_of(record: Mapping[str, Any], notes: Notebook) -> list[dict[str, Any]]:
    """Every dossier component with its official code and quantities; its group and flags become guidance."""
    documents: list[dict[str, Any]] = []
    for place, group in items_of(record, "executionCases", "", notes):
        heading = text_of(group, "name", f"{place}.", notes).strip("*: \n")
        for inner, part in items_of(group, "profileComponents", f"{place}.", notes):
            name = text_of(part, "name", f"{inner}.", notes)
            if not name:
                continue
            originals, copies = (_whole(part.get(key), f"{inner}.{key}", notes) for key in ("originalQty", "copyQty"))
            if not originals and not copies:
                notes.write("not_understood", "note_only", f"{inner}.name", name)
            document: dict[str, Any] = {"id": f"d{len(documents) + 1:03d}", "names": both(name)}
            document |= {"originals": originals, "copies": copies, "required": part.get("required") is True}
            official = text_of(part, "code", f"{inner}.", notes)
            guidance = [heading, "Có biểu mẫu điện tử." if part.get("hasElectronicForm") is True else ""]
            document |= {"official_code": official} if official else {}
            document |= {"guidance": " · ".join(g for g in guidance if g)} if any(guidance) else {}
            documents.append(document)
    if documents and not any(d["required"] for d in documents):
        notes.write("assumptions", "required_as_recorded", "executionCases[].profileComponents[].required")
    return documents


def fees_of(record: Mapping[str, Any], notes: Notebook) -> list[dict[str, Any]]:
    """Every distinct fee of the channels with its text; an amount only where the record states a positive one."""
    fees: dict[tuple[object, ...], dict[str, Any]] = {}
    by_channel: dict[str, set[str]] = {}
    for place, method in items_of(record, "executionMethods", "", notes):
        channel = text_of(method, "submissionMethod", f"{place}.", notes)
        for inner, fee in items_of(method, "fees", f"{place}.", notes):
            kind, text = text_of(fee, "type", f"{inner}.", notes), text_of(fee, "description", f"{inner}.", notes)
            value = number_of(fee.get("value"), f"{inner}.value", notes)
            if value is not None and (value < 0 or value != int(value)):
                notes.write("not_understood", "value_is_no_limit", f"{inner}.value", str(value), given=value)
                value = None
            if value == 0 and text:
                notes.write("assumptions", "fee_amount", "executionMethods[].fees[].value", text)
                value = None
            by_channel.setdefault(channel, set()).add(f"{kind} {'—' if value is None else value}")
            if value is None and not text:
                continue
            fees.setdefault((kind, value, text.casefold()), _fee(len(fees) + 1, kind, text, value))
    if len({frozenset(v) for v in by_channel.values()}) > 1:
        shown = "; ".join(f"{c}: {', '.join(sorted(v))}" for c, v in by_channel.items())
        notes.write("disagreements", "fees_differ", "executionMethods[].fees", values=shown)
    return list(fees.values())


def _fee(number: int, kind: str, text: str, value: Any) -> dict[str, Any]:
    is_charge = _FEE_KINDS.get(kind) == "charge"
    names = {"vi": "Lệ phí" if is_charge else "Phí", "en": "Charge" if is_charge else "Fee"}
    fee: dict[str, Any] = {
        "id": f"fee_{number:02d}",
        "names": names,
        "kind": _FEE_KINDS.get(kind, "fee"),
        "source": [SOURCE],
    }
    fee |= {"amount_vnd": int(value)} if value is not None else {}
    return fee | ({"note": text} if text else {}) | {"unverified": f"Theo bản ghi, loại {kind or 'không ghi'}."}


def results_of(record: Mapping[str, Any], notes: Notebook) -> list[dict[str, Any]]:
    """Every result with its name; its official code stands in the report only, the schema has no place for it."""
    names = [text_of(item, "name", f"{place}.", notes) for place, item in items_of(record, "resultsDetails", "", notes)]
    unique = list(dict.fromkeys(n for n in names if n))
    if not unique:
        notes.write("faults", "no_result", "resultsDetails")
    return [{"id": f"r{n:02d}", "names": both(name)} for n, name in enumerate(unique, 1)]


def _whole(value: Any, place: str, notes: Notebook) -> int:
    amount = number_of(value, place, notes)
    return int(amount) if amount is not None and amount >= 0 and amount == int(amount) else 0
