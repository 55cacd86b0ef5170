"""Checks of ids: none twice, none dangling, one default case."""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence

from procedures.communes import provinces
from procedures.findings import Finding, did_you_mean
from procedures.schema import ChosenWhen, Definition, FormField
from procedures.source_text import Path


def check_references(definition: Definition) -> Iterator[Finding]:
    """All findings about ids inside one definition."""
    yield from _repeated(definition)
    yield from _sources(definition)
    yield from _cases(definition)
    yield from _conditions(definition)
    grounds = [p.id for p in definition.pauses]
    for n, step in enumerate(definition.steps):
        if step.pauses is not None and step.pauses not in grounds:
            facts = {"id": step.pauses, **did_you_mean(step.pauses, grounds)}
            yield Finding("unknown_pause", ("steps", n, "pauses"), facts)


def check_surroundings(definition: Definition, fields: Container[str], codes: Container[str]) -> Iterator[Finding]:
    """What one definition names outside itself: its field, provinces, and linked procedures."""
    if definition.field not in fields:
        known = list(fields) if isinstance(fields, Sequence | set | dict) else []
        yield Finding("unknown_field", ("field",), {"id": definition.field, **did_you_mean(definition.field, known)})
    known_provinces = {p.code for p in provinces()}
    named: list[tuple[Path, str]] = [
        (("scope", "provinces", n), c) for n, c in enumerate(definition.scope.provinces or ())
    ]
    named += [(("fees", n, "by_province", c), c) for n, fee in enumerate(definition.fees) for c in fee.by_province]
    for path, code in named:
        if code not in known_provinces:
            yield Finding("unknown_province", path, {"code": code})
    for n, step in enumerate(definition.steps):
        for m, linked in enumerate(step.opens):
            if linked.procedure not in codes:
                place: Path = ("steps", n, "opens", m, "procedure")
                yield Finding("unknown_linked_procedure", place, {"id": linked.procedure})


def _repeated(definition: Definition) -> Iterator[Finding]:
    lists: list[tuple[Path, Sequence[str]]] = [
        (("legal_basis",), [x.id for x in definition.legal_basis]),
        (("cases",), [x.id for x in definition.cases]),
        (("pauses",), [x.id for x in definition.pauses]),
        (("documents",), [x.id for x in definition.documents]),
        (("fees",), [x.id for x in definition.fees]),
        (("form",), [x.id for x in definition.form]),
        (("results",), [x.id for x in definition.results]),
        (("steps",), [x.id for x in definition.steps]),
    ]
    for n, field in enumerate(definition.form):
        lists.append((("form", n, "choices"), [c.id for c in field.choices]))
    for n, case in enumerate(definition.cases):
        lists.append((("cases", n, "time_limit", "phases"), [p.id for p in case.time_limit.phases]))
        lists.append((("cases", n, "time_limit", "additions"), [a.id for a in case.time_limit.additions]))
    for path, ids in lists:
        for n, name in enumerate(ids):
            if name in ids[:n]:
                yield Finding("repeated_id", (*path, n, "id"), {"id": name})


def _sources(definition: Definition) -> Iterator[Finding]:
    known = [b.id for b in definition.legal_basis]
    used: list[tuple[Path, tuple[str, ...]]] = []
    for n, case in enumerate(definition.cases):
        limit: Path = ("cases", n, "time_limit")
        used.append(((*limit, "source"), case.time_limit.source))
        used += [((*limit, "phases", m, "source"), p.source) for m, p in enumerate(case.time_limit.phases)]
        used += [((*limit, "additions", m, "source"), a.source) for m, a in enumerate(case.time_limit.additions)]
    used += [(("pauses", n, "source"), p.source) for n, p in enumerate(definition.pauses)]
    used += [(("fees", n, "source"), f.source) for n, f in enumerate(definition.fees)]
    used += [(("steps", n, "silence_source"), s.silence_source) for n, s in enumerate(definition.steps)]
    if definition.supplement:
        used.append((("supplement", "source"), definition.supplement.source))
    if definition.extension:
        used.append((("extension", "source"), definition.extension.source))
    for path, ids in used:
        for name in ids:
            if name not in known:
                yield Finding("unknown_source", path, {"id": name, **did_you_mean(name, known)})


def _cases(definition: Definition) -> Iterator[Finding]:
    known = [c.id for c in definition.cases]
    defaults = sum(c.default for c in definition.cases)
    if defaults != 1:
        yield Finding("default_cases", ("cases",), {"count": defaults})
    for n, document in enumerate(definition.documents):
        for name in document.cases:
            if name not in known:
                facts = {"id": name, **did_you_mean(name, known)}
                yield Finding("unknown_case", ("documents", n, "cases"), facts)


def _conditions(definition: Definition) -> Iterator[Finding]:
    form = {f.id: f for f in definition.form}
    for n, case in enumerate(definition.cases):
        for m, condition in enumerate(case.chosen_when):
            path: Path = ("cases", n, "chosen_when", m)
            if (condition.equals is None) == (not condition.any_of):
                yield Finding("condition_without_value", path, {})
            elif condition.field not in form:
                facts = {"id": condition.field, **did_you_mean(condition.field, form)}
                yield Finding("unknown_form_field", (*path, "field"), facts)
            else:
                yield from _impossible(condition, form[condition.field], path)


def _impossible(condition: ChosenWhen, field: FormField, path: Path) -> Iterator[Finding]:
    wanted = condition.any_of or (condition.equals,)
    if field.type == "choice":
        known = [c.id for c in field.choices]
        wrong = [w for w in wanted if w not in known]
    elif field.type == "boolean":
        known, wrong = ["true", "false"], [w for w in wanted if not isinstance(w, bool)]
    else:
        known, wrong = ["..."], [w for w in wanted if not isinstance(w, str)]
    for value in wrong:
        yield Finding("impossible_condition", path, {"field": field.id, "value": value, "known": ", ".join(known)})
