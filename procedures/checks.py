"""Static checks of definitions: of each one by itself, and of all versions together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterator, Sequence
from pathlib import Path

from procedures.check_flow import check_flow
from procedures.check_limits import check_limits
from procedures.check_references import check_references, check_surroundings
from procedures.check_versions import Numbered, check_versions
from procedures.check_wording import CHECKS
from procedures.findings import Finding
from procedures.loader import Loaded
from procedures.mending import shown_path
from procedures.problems import Problem
from procedures.schema import Definition
from procedures.source_text import SourceText

_NOWHERE = SourceText(None, {}, {}, ())


def check_definition(definition: Definition, file: str = "", source: SourceText = _NOWHERE) -> tuple[Problem, ...]:
    """What is wrong with one definition, in the order of the file; without a source every line is 1."""
    found = (*check_references(definition), *check_flow(definition), *check_limits(definition))
    problems = [_problem(finding, file, source) for finding in found]
    return tuple(sorted(problems, key=lambda p: p.line))


def check_all(files: Sequence[Loaded], fields: Container[str]) -> tuple[Problem, ...]:
    """What is wrong with the files that loaded, one by one and with each other, in the order of the files.

    Args:
        files: what `procedures.loader` read; files without a definition are left out (they have problems of their own).
        fields: the ids of the fields that exist.
    """
    whole = [f for f in files if f.definition is not None]
    definitions = [f.definition for f in whole if f.definition is not None]
    codes = {d.code for d in definitions}
    found: dict[int, list[Problem]] = defaultdict(list)
    for place, (loaded, definition) in enumerate(zip(whole, definitions, strict=True)):
        found[place] += check_definition(definition, loaded.file, loaded.source)
        around = (*check_surroundings(definition, fields, codes), *_folder(definition, loaded.file))
        found[place] += [_problem(f, loaded.file, loaded.source) for f in around]
    for place, finding in _across(definitions, [f.file for f in whole]):
        found[place].append(_problem(finding, whole[place].file, whole[place].source))
    return tuple(p for place in sorted(found) for p in sorted(found[place], key=lambda p: p.line))


def _across(definitions: Sequence[Definition], files: Sequence[str]) -> Iterator[tuple[int, Finding]]:
    by_code: dict[str, list[Numbered]] = defaultdict(list)
    for place, definition in enumerate(definitions):
        by_code[definition.code].append((place, definition))
    for versions in by_code.values():
        if len(versions) > 1:
            yield from check_versions(versions, files)


def _folder(definition: Definition, file: str) -> Iterator[Finding]:
    folder = Path(file).parent
    if folder.parent.name == "definitions" and folder.name != definition.field:
        yield Finding("wrong_folder", ("field",), {"folder": folder.name, "field": definition.field})


def _problem(finding: Finding, file: str, source: SourceText) -> Problem:
    said = CHECKS[finding.code]
    return Problem(
        said.severity,
        finding.code,
        file,
        source.line(finding.path),
        shown_path(finding.path),
        said.message.filled(finding.facts),
        said.mend.filled(finding.facts),
    )
