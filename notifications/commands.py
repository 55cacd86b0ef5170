"""`motcua notices ...`: what was not delivered, sending again, trying a channel, one's own wishes."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Literal, cast

import typer

from dossiers.shell import DIFFERENT, now, office, say
from dossiers.working_time import local_date

if TYPE_CHECKING:
    from dossiers.authority import Actor
    from dossiers.office import Office
    from notifications.messages import Decision, How

notices = typer.Typer(help="Tin đã gửi và chưa gửi được / notices", no_args_is_help=True)

AsJson = Annotated[bool, typer.Option("--json", help="In ra JSON / print JSON")]
By = Annotated[str, typer.Option("--actor", help="Tên đăng nhập của người làm / login of who does it")]
MessageId = Annotated[str, typer.Argument(help="Mã tin / message id")]


def actor_of(place: Office, login: str) -> Actor:
    """The actor of a login, with the roles held today."""
    from dossiers.people import actor_by_login
    from dossiers.session import reading

    with reading(place.engine) as session:
        return actor_by_login(session, login, on=local_date(now()))


@notices.command("undeliverable")
def list_undelivered(actor: By, limit: int = 100, as_json: AsJson = False) -> None:
    """Tin không gửi được hoặc không rõ đã đến / what was not delivered, or may not have been.

    Exit codes: 0 there is none, 1 there are some.
    """
    from dossiers.session import reading
    from notifications.undelivered import ADVICE, undelivered

    place = office()
    who = actor_of(place, actor)
    with reading(place.engine) as session:
        found = undelivered(session, actor=who, limit=limit)
    lines = [
        f"{one.message_id} {one.dossier_code or '-'} {one.notice} {one.recipient}/{one.channel} {one.state.value}: "
        f"{one.reason or ''}\n  {ADVICE[one.advice].vi} / {ADVICE[one.advice].en}"
        for one in found
    ]
    say([asdict(one) for one in found], as_json=as_json, text="\n".join(lines) or "Không có / none")
    if found:
        raise typer.Exit(DIFFERENT)


@notices.command("resend")
def resend(
    message_id: MessageId,
    actor: By,
    through: Annotated[str | None, typer.Option(help="Kênh khác / another channel")] = None,
) -> None:
    """Gửi lại một tin / send a message again."""
    _decide(message_id, "resend", actor, channel=through)


@notices.command("close")
def close(
    message_id: MessageId,
    actor: By,
    how: Annotated[str, typer.Option(help="phone, counter, post, accept")] = "phone",
) -> None:
    """Ghi nhận người nhận đã được báo / note that the recipient was told otherwise, or did get it."""
    if how not in ("phone", "counter", "post", "accept"):
        raise typer.BadParameter("phone, counter, post, accept")
    if how == "accept":
        _decide(message_id, "accept", actor)
    else:
        _decide(message_id, "told", actor, how=cast("How", how))


def _decide(message_id: str, decision: Decision, login: str, *, how: How = "phone", channel: str | None = None) -> None:
    from dossiers.session import reading
    from notifications.messages import resolve
    from notifications.undelivered import check_may_decide

    place = office()
    who = actor_of(place, login)
    with reading(place.engine) as session:
        check_may_decide(session, message_id, who)
    found = resolve(place, message_id, decision, actor=who.id, now=now(), how=how, channel=channel)
    typer.echo(f"{found.message_id}: {found.state.value}")


@notices.command("test-channel")
def try_channel(
    channel: Annotated[str, typer.Argument(help="email, sms, zalo, webhook")],
    address: Annotated[str, typer.Argument(help="Thư điện tử, số điện thoại, địa chỉ web / address")],
) -> None:
    """Gửi ngay một tin thử / send a test message now.

    Exit codes: 0 taken over, 1 not, or nobody knows.
    """
    import asyncio

    from dossiers.settings import settings
    from notifications.channels.base import Accepted
    from notifications.trying import send_test

    outcome = asyncio.run(send_test(office(), settings(), channel, address, now=now()))
    reason = "" if isinstance(outcome, Accepted) else f": {outcome.reason}"
    typer.echo(f"{type(outcome).__name__}{reason}")
    if not isinstance(outcome, Accepted):
        raise typer.Exit(DIFFERENT)


@notices.command("prefer")
def prefer(
    actor: By,
    channel: Annotated[str, typer.Argument(help="Kênh, hoặc * / a channel, or *")],
    mode: Annotated[str, typer.Argument(help="now, digest, off, default")],
    dossier: Annotated[str | None, typer.Option(help="Cho người nộp của hồ sơ này / for its applicant")] = None,
) -> None:
    """Cách muốn nhận tin / how you, or an applicant, want to be told."""
    from dossiers.authority import Permission
    from dossiers.errors import NoAuthority
    from dossiers.session import writing
    from dossiers.store import find
    from dossiers.views import may_view
    from notifications.preferences import set_preference
    from notifications.recipients import APPLICANT, STAFF
    from notifications.rules import Mode

    known: tuple[Literal["now", "digest", "off", "default"], ...] = ("now", "digest", "off", "default")
    if mode not in known:
        raise typer.BadParameter(", ".join(known))
    place = office()
    who = actor_of(place, actor)
    with writing(place.engine) as session:
        recipient = f"{STAFF}:{who.id}"
        if dossier is not None:
            row = find(session, dossier)
            if not may_view(who, row, Permission.DECIDE_NOTICES):
                raise NoAuthority(action=Permission.DECIDE_NOTICES.value, actor=who.id)
            recipient = f"{APPLICANT}:{row.applicant_id}"
        wish = None if mode == "default" else Mode(mode)
        found = set_preference(session, recipient, channel, wish, by=who.id, now=now())
    typer.echo("\n".join(f"{one.channel}: {one.mode.value}" for one in found) or "mặc định / default")
