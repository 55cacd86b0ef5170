"""Where Prefect would keep results. Nothing is kept: what a step did is in our own ledger."""

from __future__ import annotations

from pathlib import Path

NO_RESULTS = Path("results-are-never-kept")
"""Named only so that Prefect does not ask its server for a default place before every single run."""
