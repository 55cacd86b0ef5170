"""Commands of the shell that publish figures and draw audit samples."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dossiers.shell import now, office, say

AsJson = Annotated[bool, typer.Option("--json", help="In ra JSON / print JSON")]
Province = Annotated[str, typer.Option(help="Mã tỉnh hai chữ số / two-digit province code")]


def publish(
    province: Province,
    period: Annotated[str, typer.Option(help="2026-07, 2026-Q3 hoặc 2026 / period")],
    actor: Annotated[str, typer.Option("--as", help="Tên đăng nhập của người công bố / login of who publishes")],
    formula: Annotated[list[str] | None, typer.Option(help="Công thức, nhiều lần được / formula, repeatable")] = None,
    restates: Annotated[int | None, typer.Option(help="Thay cho lần công bố này (id) / restates")] = None,
    reason: Annotated[str | None, typer.Option(help="Lý do công bố lại / reason of a restatement")] = None,
    as_json: AsJson = False,
) -> None:
    """Công bố số liệu, đánh số và niêm phong / publish figures, numbered and sealed."""
    from dossiers.authority import Permission, authorise
    from dossiers.people import actor_by_login
    from dossiers.session import reading
    from dossiers.settings import settings
    from dossiers.working_time import local_date
    from performance.publication import publish as carry_out
    from performance.publication import shown
    from performance.reports import STANDARD
    from performance.seal_keys import SealKey
    from performance.seal_store import seal_numbered

    place, given, at = office(), settings(), now()
    with reading(place.engine) as session:
        who = actor_by_login(session, actor, on=local_date(at))
    authorise(who, Permission.PUBLISH_FIGURES, province=province, commune=None, field="")
    made = carry_out(
        place,
        province=province,
        period=period,
        key=SealKey.from_file(given.seal_key),
        actor=who.id,
        now=at,
        formulas=tuple(formula or STANDARD),
        restates=restates,
        reason=reason,
        folder=given.seals_folder,
    )
    with reading(place.engine) as session:
        said = shown(made, seal_numbered(session, made.seal))
    head = f"{said['number']} ({province}, {period}): mốc sổ / cut {made.cut}, niêm phong / seal {made.seal}"
    say(said, as_json=as_json, text=f"{head}\n{made.sha256}")


def audit_sample(
    province: Province,
    month: Annotated[str, typer.Option(help="Tháng, ví dụ 2026-07 / month")],
    out: Annotated[Path, typer.Option("--out", help="Tệp zip để ghi / zip file to write")],
    size: Annotated[int, typer.Option(min=1, max=5000, help="Số hồ sơ / how many dossiers")] = 60,
    seed: Annotated[int, typer.Option(help="Hạt giống / seed")] = 1,
    personal: Annotated[bool, typer.Option("--personal", help="Kèm dữ liệu cá nhân, có ghi vết / logged")] = False,
    as_json: AsJson = False,
) -> None:
    """Lấy mẫu kiểm toán kèm chứng cứ / draw an audit sample with its evidence, to be checked without us."""
    from dossiers.authority import SYSTEM
    from dossiers.settings import settings
    from performance.audit import audit_sample as draw
    from performance.seal_keys import SealKey, fingerprint_of

    key = SealKey.from_file(settings().seal_key)
    content, drawn = draw(
        office(),
        province=province,
        month=month,
        size=size,
        seed=seed,
        key=key,
        actor=SYSTEM,
        now=now(),
        personal=personal,
    )
    out.write_bytes(content)
    shown = {
        "file": str(out),
        "seed": drawn.seed,
        "population": drawn.population,
        "dossiers": list(drawn.codes),
        "key": fingerprint_of(key.public),
    }
    text = (
        f"{out}: {len(drawn.codes)}/{drawn.population} hồ sơ, hạt giống / seed {drawn.seed}, khoá / key {shown['key']}"
    )
    say(shown, as_json=as_json, text=text)
