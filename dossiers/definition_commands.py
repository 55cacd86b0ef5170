"""`motcua check`: the checks of definition files, and whether their roles may do what the steps ask."""

from __future__ import annotations

from dossiers.definition_authority import authority_problems
from procedures.commands import AsJson, Language, Target, check_files


def check(path: Target = None, as_json: AsJson = False, language: Language = "vi") -> None:
    """Kiểm tra các tệp khai báo thủ tục / check definition files.

    Exit codes: 0 in order (warnings allowed), 1 errors, 2 nothing can be read there.
    """
    check_files(path, as_json=as_json, language=language, further=authority_problems)
