"""The duties with clocks of their own, as data: read, checked, and kept. Pure but for reading the file."""

from __future__ import annotations

from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Literal

import yaml
from pydantic import Field, TypeAdapter

from procedures.base import Frozen

RULES_FILE = Path(__file__).parent / "duties.yaml"
Reviewed = Literal["unverified", "verified"]


class DutyLimit(Frozen):
    """How long a duty may take, the document that says so, and whether a lawyer has checked it."""

    amount: Decimal = Field(gt=0)
    unit: Literal["working_days", "calendar_days", "working_hours", "hours"]
    source: str = Field(min_length=5)
    review: Reviewed


class ApologyRule(Frozen):
    """When an apology has to be sent, and how often one may be."""

    days_before: int = Field(ge=0)
    maximum_times: int = Field(ge=1)
    source: str = Field(min_length=5)
    review: Reviewed


class DutyRules(Frozen):
    """All of them."""

    acceptance: DutyLimit
    supplement_request: DutyLimit
    apology: ApologyRule


@cache
def duty_rules() -> DutyRules:
    """The duties as `duties.yaml` has them, read once."""
    return TypeAdapter(DutyRules).validate_python(yaml.safe_load(RULES_FILE.read_text("utf-8")))
