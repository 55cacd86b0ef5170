"""Commands of the shell about seals, and `motcua verify`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dossiers.shell import DIFFERENT, now, office, say, shown_local

if TYPE_CHECKING:
    from performance.seal_tables import SealRow
    from performance.seals import Window

AsJson = Annotated[bool, typer.Option("--json", help="In ra JSON / print JSON")]
MOST_LISTED = 30
seal = typer.Typer(help="Niêm phong sổ cái / seals of the ledger", no_args_is_help=True)


@seal.command("now")
def seal_now(as_json: AsJson = False) -> None:
    """Niêm phong mọi sự kiện đã ghi / seal everything recorded so far."""
    from dossiers.settings import settings
    from performance.seal_keys import SealKey
    from performance.seals import take_seals

    given = settings()
    place = office()
    taken = take_seals(place.engine, SealKey.from_file(given.seal_key), now=now(), folder=given.seals_folder)
    shown = [_shown(row) for row in taken]
    say(shown, as_json=as_json, text="\n".join(_line(row) for row in taken))


@seal.command("list")
def seal_list(as_json: AsJson = False) -> None:
    """Các niêm phong, và phần chưa niêm phong / the seals, and what no seal covers yet."""
    from sqlalchemy import select
    from sqlmodel import col

    from dossiers.session import reading
    from performance.seal_tables import SealRow
    from performance.seals import unsealed

    place = office()
    with reading(place.engine) as session:
        rows = list(session.execute(select(SealRow).order_by(col(SealRow.number))).scalars())
    window = unsealed(place.engine)
    shown = {"seals": [_shown(row) for row in rows], "unsealed": _window(window)}
    lines = [_line(row) for row in rows[-MOST_LISTED:]]
    lines.append(f"Chưa niêm phong / unsealed: {window.events} sự kiện / events{_since(window)}")
    say(shown, as_json=as_json, text="\n".join(lines))


@seal.command("export")
def seal_export(
    number: Annotated[int, typer.Argument(help="Số niêm phong / number of the seal")],
    out: Annotated[Path, typer.Option("--out", help="Thư mục / folder")],
) -> None:
    """Ghi một niêm phong ra tệp cho tỉnh / write a seal as a file for the province."""
    from dossiers.session import reading
    from performance.seal_store import seal_numbered
    from performance.seals import write_file

    with reading(office().engine) as session:
        row = seal_numbered(session, number)
    typer.echo(str(write_file(row, out)))


@seal.command("key")
def seal_key(as_json: AsJson = False) -> None:
    """Khoá công khai để kiểm tra niêm phong / the public key that checks seals."""
    from dossiers.settings import settings
    from performance.seal_keys import SealKey, fingerprint_of, pem_of

    public = SealKey.from_file(settings().seal_key).public
    pem = pem_of(public)
    shown = {"algorithm": "Ed25519", "pem": pem, "fingerprint": fingerprint_of(public)}
    say(shown, as_json=as_json, text=pem.rstrip())


def verify(
    number: Annotated[int | None, typer.Option("--seal", help="Chỉ đến niêm phong này / up to this seal")] = None,
    public_key: Annotated[Path | None, typer.Option(help="Tệp khoá công khai / public key file")] = None,
    as_json: AsJson = False,
) -> None:
    """Kiểm tra sổ cái với mọi niêm phong / check the ledger against its hashes and every seal."""
    from dossiers.settings import settings
    from performance.seal_keys import SealKey, read_public_key
    from performance.verifying import verify as check

    given = settings()
    key = None
    if public_key is not None:
        key = read_public_key(public_key.read_text(encoding="utf-8"))
    elif given.seal_key.exists():
        key = SealKey.from_file(given.seal_key).public
    folder = given.seals_folder if given.seals_folder.is_dir() else None
    found = check(office().engine, public_key=key, folder=folder, seal=number)
    names = ("seals", "last_seal", "dossiers", "events", "unsealed_events", "key", "key_given", "sound")
    shown: dict[str, Any] = {name: getattr(found, name) for name in names}
    shown["findings"] = [f.as_dict() for f in found.findings]
    verdict = "khớp / sound" if found.sound else "KHÔNG KHỚP / DIFFERENT"
    lines = [f"{found.seals} niêm phong / seals, {found.dossiers} hồ sơ, {found.events} sự kiện: {verdict}"]
    lines.append(f"Chưa niêm phong / unsealed: {found.unsealed_events} sự kiện / events")
    if found.seals and not found.key_given:
        lines.append(f"Khoá lấy từ chính cơ sở dữ liệu / the key is the database's own: {found.key}")
    lines += [f"  {f.line}" for f in found.findings]
    say(shown, as_json=as_json, text="\n".join(lines))
    if not found.sound:
        raise typer.Exit(DIFFERENT)


def _shown(row: SealRow) -> dict[str, Any]:
    at = shown_local(row.taken_at)
    return {"number": row.number, "taken_at": at, "cut": row.cut, "hash": row.hash, "signature": row.signature}


def _line(row: SealRow) -> str:
    return f"{row.number:>6} {shown_local(row.taken_at)} cut {row.cut} {row.hash[:16]}"


def _window(window: Window) -> dict[str, Any]:
    return {"events": window.events, "since": shown_local(window.since), "after_seal": window.seal}


def _since(window: Window) -> str:
    return f", từ / since {shown_local(window.since)}" if window.since else ""
