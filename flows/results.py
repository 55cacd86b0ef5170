"""Where Prefect would keep results. Nothing is kept on purpose: what a step did is in our own ledger."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

NO_RESULTS = Path(os.environ.get("PREFECT_HOME", tempfile.gettempdir())) / "results"
"""Named so that Prefect neither asks its server for a place before every run nor writes where it was started."""
