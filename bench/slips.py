"""One warm slip as PDF, beside an empty page of Typst (the floor) and the whole issue through the store."""

from __future__ import annotations

import io
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import typst

from dossiers.actions.automatic import do_automatic_step
from dossiers.authority import SYSTEM
from dossiers.gate import act
from dossiers.migrate import upgrade
from dossiers.office import Office
from dossiers.registration import register
from dossiers.session import reading, writing
from dossiers.settings import Settings
from dossiers.store import find, ledger
from dossiers.wakeups import claim
from flows.demonstration.forms import documents_for, form_for
from notifications.slips.claims import SlipClaim, code_image, signed
from notifications.slips.content import content_of
from notifications.slips.issuing import issue
from notifications.slips.keys import SlipKey
from notifications.slips.known import known
from notifications.slips.typesetting import typeset

COMMUNE = "14845"
PROCEDURE = "1.013225"
WARM_UP = 10
PRINTS = 200
BUDGET_MS = 50
BUDGET_BYTES = 60_000
LEASE = timedelta(seconds=60)


def run() -> dict[str, Any]:
    """Median and p95 in milliseconds of one warm PDF (A5 receipt, other content each time), and its size."""
    now = datetime.now(UTC)
    with tempfile.TemporaryDirectory() as folder:
        own = Settings(home=Path(folder), database_url=f"sqlite:///{folder}/bench.db")
        office = Office.open(own)
        upgrade(office.engine)
        key = SlipKey.from_file(own.slip_key)
        codes = [_receipt(office, now) for _ in range(60)]
        with reading(office.engine) as session:
            row = find(session, codes[0])
            found = known(office, session, row, ledger(session, row.id or 0), 3, now=now)

        def one(number: int) -> bytes:
            claim = SlipClaim(codes[0], now, COMMUNE, number, 2026)
            qr = code_image(signed(claim, key.private))
            content = content_of(found, "01", "a5", number=number, year=2026, at=now, qr=qr, key=key.fingerprint)
            return typeset(content, at=now)

        sizes = [len(one(number)) for number in range(1, 4)]
        warm = _times(one, PRINTS)
        whole = _times(lambda n: issue(office, key, codes[n], "01", "a5", now=now), 50)
        office.engine.dispose()
    floor = _times(_empty_page(), PRINTS)
    return {
        "one warm PDF (content, QR, signature, PDF/A-2a)": warm | {"budget p95 ms": BUDGET_MS},
        "floor: an empty page of Typst": floor,
        "issued whole (lock, number, PDF, ledger, commit; SQLite)": whole,
        "bytes of one PDF": max(sizes),
        "budget bytes": BUDGET_BYTES,
        "within budget": warm["p95 ms"] <= BUDGET_MS and max(sizes) <= BUDGET_BYTES,
    }


def _times(work: Callable[[int], Any], count: int) -> dict[str, float]:
    took, cpu = [], 0.0
    for number in range(WARM_UP + count):
        cpu = time.process_time() if number == WARM_UP else cpu
        start = time.perf_counter()
        work(number)
        took.append(time.perf_counter() - start)
    cpu = time.process_time() - cpu
    took = sorted(took[WARM_UP:])
    return {
        "p50 ms": round(1000 * took[len(took) // 2], 2),
        "p95 ms": round(1000 * took[len(took) * 95 // 100], 2),
        "processor ms each": round(1000 * cpu / count, 2),
    }


def _empty_page() -> Callable[[int], Any]:
    folder = tempfile.mkdtemp()
    page = Path(folder) / "empty.typ"
    page.write_text('#set page("a5")\n#sys.inputs.data\n')
    fonts = typst.Fonts(include_system_fonts=False)
    compiler = typst.Compiler(str(page), root=folder, font_paths=fonts, ignore_system_fonts=True)
    return lambda n: io.BytesIO(bytes(compiler.compile(sys_inputs={"data": str(n)}, format="pdf") or b""))


def _receipt(office: Office, now: datetime) -> str:
    definition = office.catalogue.in_force(PROCEDURE, now.date(), "38")
    command = {
        "procedure": PROCEDURE,
        "commune": COMMUNE,
        "applicant": {"name": "Người nộp đo lường", "address": "Bản Poọng, xã Mường Lát", "phone": "0912345678"},
        "form": form_for(definition, 1),
        "documents": documents_for(definition, None),
    }
    code = str(register(office, command, actor=SYSTEM, now=now)["dossier"])
    act(office, code, "accept", {}, actor=SYSTEM, now=now)
    with writing(office.engine) as session:
        claims = claim(session, now=now, lease=LEASE, owner="bench", limit=50)
    for one in claims:
        ref = one.ref
        do_automatic_step(office, wake_up=ref.wake_up, attempt=ref.attempt, owner="bench", now=now, lease=LEASE)
    return code
