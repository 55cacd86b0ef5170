"""Form values and documents that a definition accepts, made up for the demonstration."""

from __future__ import annotations

from typing import Any

from procedures.schema import Definition, FormField


def form_for(definition: Definition, number: int) -> dict[str, Any]:
    """A value for every required field of the form, such that the default case is chosen."""
    wanted = {c.field: c for c in definition.case(None).chosen_when}
    form: dict[str, Any] = {}
    for one in definition.form:
        condition = wanted.get(one.id)
        if condition is not None:
            form[one.id] = condition.equals if condition.equals is not None else condition.any_of[0]
        elif one.required:
            form[one.id] = _value(one, number)
    return form


def _value(one: FormField, number: int) -> Any:
    return {
        "text": f"Minh hoạ {number}",
        "number": str(one.minimum) if one.minimum is not None else "1",
        "date": "2026-01-15",
        "boolean": True,
        "choice": one.choices[0].id if one.choices else "",
        "personal_id_number": f"0380{number:08d}",
        "phone": f"09{number:08d}",
        "email": f"nguoi-nop-{number}@demo.invalid",
    }[one.type]


def documents_for(definition: Definition, case: str | None) -> dict[str, str]:
    """Every required document of a case (of the default case for None), ticked as a copy or an original."""
    chosen = definition.case(case).id
    return {
        d.id: "original" if d.originals else "copy"
        for d in definition.documents
        if d.required and (not d.cases or chosen in d.cases)
    }
