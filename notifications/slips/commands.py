"""Commands of the shell about slips. `verify-slip` needs neither a database nor a server."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from dossiers.shell import DIFFERENT, now, office, say, shown_local

AsJson = Annotated[bool, typer.Option("--json", help="In ra JSON / print JSON")]
Out = Annotated[Path, typer.Option("--out", help="Tệp PDF để ghi / PDF file to write")]


def slip(
    code: Annotated[str, typer.Argument(help="Mã hồ sơ / dossier code")],
    form: Annotated[str, typer.Option(help="Mẫu 01 đến 06 / form")],
    out: Out,
    paper: Annotated[str, typer.Option(help="a5, a4, thermal80")] = "a5",
    revision: Annotated[int | None, typer.Option(help="Của sự kiện này / of that event")] = None,
    as_json: AsJson = False,
) -> None:
    """Ghi một phiếu của hồ sơ ra PDF / write a slip of a dossier as a PDF."""
    from dossiers.authority import SYSTEM
    from dossiers.people import log_access
    from dossiers.settings import settings
    from notifications.slips.issuing import issue
    from notifications.slips.keys import SlipKey

    place = office()
    key = SlipKey.from_file(settings().slip_key)
    found = issue(place, key, code, form, paper, of_revision=revision, now=now())
    log_access(place, actor=SYSTEM, what=f"shell slip {form}", now=now(), dossier_id=found.dossier_id)
    out.write_bytes(found.pdf)
    shown = {"file": str(out), "number": found.shown, "sha256": found.sha256}
    say(shown, as_json=as_json, text=f"{out}: số / number {found.shown}, sha256 {found.sha256}")


def register(
    commune: Annotated[str, typer.Option(help="Mã xã năm chữ số / five-digit commune code")],
    first: Annotated[str, typer.Option("--from", help="Từ ngày / first day, 2026-03-01")],
    last: Annotated[str, typer.Option("--to", help="Đến hết ngày / last day, inclusive")],
    out: Out,
    as_json: AsJson = False,
) -> None:
    """Ghi sổ theo dõi hồ sơ (Mẫu 07) ra PDF / write the register of dossiers as a PDF."""
    from datetime import date

    from dossiers.authority import SYSTEM
    from dossiers.errors import MalformedCommand
    from notifications.slips.register import log_register, print_register

    try:
        days = date.fromisoformat(first), date.fromisoformat(last)
    except ValueError:
        raise MalformedCommand(problem="--from, --to: write 2026-03-01") from None
    place, at = office(), now()
    made = print_register(place, commune, first=days[0], last=days[1], now=at)
    log_register(place, made, actor=SYSTEM, what="shell register", now=at)
    out.write_bytes(made.pdf)
    count = len(made.shown)
    say({"file": str(out), "dossiers": count}, as_json=as_json, text=f"{out}: {count} hồ sơ / dossiers")


def slip_key(as_json: AsJson = False) -> None:
    """In khóa công khai để kiểm tra phiếu / print the public key that slips are checked with."""
    from dossiers.settings import settings
    from notifications.slips.keys import SlipKey

    key = SlipKey.from_file(settings().slip_key)
    say(key.public_facts(), as_json=as_json, text=key.pem.rstrip())


def verify_slip(
    text: Annotated[str, typer.Argument(help="Nội dung mã QR / content of the QR code")],
    public_key: Annotated[
        Path | None, typer.Option("--public-key", help="Tệp khóa công khai; mặc định khóa của máy này / key file")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Kiểm tra nội dung mã QR của phiếu, không cần mạng / check the content of a slip's QR code, offline."""
    from dossiers.settings import settings
    from notifications.slips.claims import verify
    from notifications.slips.keys import SlipKey, read_public_key
    from notifications.slips.slip_errors import ForgedSlip, MalformedSlipText

    if public_key is None:
        key = SlipKey.from_file(settings().slip_key).public
    else:
        key = read_public_key(public_key.read_text(encoding="ascii", errors="replace"))
    try:
        claim = verify(text, key)
    except (ForgedSlip, MalformedSlipText) as error:
        say({"genuine": False, "problem": str(error)}, as_json=as_json, text=f"KHÔNG HỢP LỆ / NOT GENUINE: {error}")
        raise typer.Exit(DIFFERENT) from None
    shown: dict[str, Any] = {
        "genuine": True,
        "dossier": claim.dossier,
        "promised_at": shown_local(claim.promised_at),
        "commune": claim.commune,
        "number": claim.number,
        "year": claim.year,
    }
    lines = [
        "Hợp lệ: nội dung không bị sửa (không phải chữ ký số theo pháp luật) / genuine, not a legal signature",
        f"  Mã hồ sơ / dossier      {claim.dossier}",
        f"  Hẹn trả / promised      {shown['promised_at']}",
        f"  Xã / commune            {claim.commune}",
        f"  Số phiếu / slip         {claim.number}/{claim.year}",
    ]
    say(shown, as_json=as_json, text="\n".join(lines))
