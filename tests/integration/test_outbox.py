"""The outbox against a real SMTP server that accepts, postpones, refuses and breaks off; and senders that die."""

from __future__ import annotations

import asyncio
import datetime as dt
import ipaddress
import os
import signal
import ssl
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import ClassVar, Self

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from sqlalchemy import Engine, select, update
from sqlmodel import col

from dossiers.erasure import erase_person
from dossiers.errors import DossierError
from dossiers.office import Office
from dossiers.personal_tables import ApplicantRow
from dossiers.session import reading, writing
from dossiers.settings import Settings
from notifications.channels import CHANNELS
from notifications.channels.base import (
    Accepted,
    Channel,
    Contact,
    Outcome,
    Outgoing,
    TryLater,
    Undeliverable,
)
from notifications.errors import NothingToResolve, UnknownMessage
from notifications.messages import (
    counts,
    messages,
    recorded_messages,
    resolve,
    undeliverable_messages,
    unknown_messages,
)
from notifications.outbox import DeliveryReport, backoff, deliver
from notifications.routing import route
from notifications.rules import read_rules
from notifications.tables import MessageRow, MessageState, RecordedMessageRow
from tests.desk import MONDAY, Desk
from tests.samples import RECEIVER, at
from tests.smtp_server import DROP, HOST, PostOffice, post_office

MINUTE = timedelta(minutes=1)
LEASE_OVER = MONDAY + timedelta(minutes=3)


@pytest.fixture
def post() -> Iterator[PostOffice]:
    with post_office() as running:
        yield running


def settings_for(post: PostOffice, **more: object) -> Settings:
    return Settings(smtp_host=HOST, smtp_port=post.port, mail_from="motcua@hacthanh.example.vn", **more)  # type: ignore[arg-type]


def routed(office: Office, *, email: str | None = "b@example.vn", now: datetime = MONDAY) -> Desk:
    """A dossier whose receipt waits in the outbox."""
    desk = Desk(office)
    desk.register(now, applicant={"name": "Lò Thị B", "email": email})
    desk.do("accept", now, RECEIVER)
    desk.machine(now)
    route(office, now=now)
    return desk


def row_of(office: Office, desk: Desk) -> MessageRow:
    with reading(office.engine) as session:
        return session.scalars(select(MessageRow).where(col(MessageRow.dossier_id) == desk.row.id)).one()


def states(office: Office) -> dict[str, int]:
    with reading(office.engine) as session:
        return {state.value: count for state, count in counts(session).items()}


async def test_a_receipt_arrives_in_vietnamese(office: Office, post: PostOffice) -> None:
    desk = routed(office)
    assert await deliver(office, settings_for(post), now=MONDAY) == DeliveryReport(accepted=1)
    (mail,) = post.mails
    row = row_of(office, desk)
    assert (row.state, row.attempts, row.settled_at, row.last_error) == ("accepted", 1, MONDAY, None)
    assert mail["Subject"] == "Hồ sơ MC-14845-260302-0001: đã tiếp nhận, hẹn trả kết quả ngày 09/03/2026"
    assert mail["To"] == "Lò Thị B <b@example.vn>"
    assert mail["From"] == "motcua@hacthanh.example.vn"
    assert mail["Message-ID"] == f"<{row.message_id}@hacthanh.example.vn>"
    assert mail["Date"] == "Mon, 02 Mar 2026 02:00:00 +0000"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert isinstance(mail, EmailMessage)
    assert (
        mail.get_content().replace("\r\n", "\n")
        == """\
Kính gửi Ông/Bà/Tổ chức: Lò Thị B,

Trung tâm Phục vụ hành chính công xã Mường Lát đã tiếp nhận hồ sơ đầy đủ của Ông/Bà/Tổ chức.

Mã hồ sơ: MC-14845-260302-0001
Thủ tục: Thủ tục mẫu

Nhận đủ hồ sơ: 09:00 ngày 02/03/2026
Hẹn trả kết quả: 17:00 ngày 09/03/2026

Thư này chỉ để thông báo, không thay thế giấy tờ theo mẫu của hồ sơ. Thư được gửi tự động, xin không trả lời.
Khi cần hỏi, xin liên hệ nơi tiếp nhận và nêu mã hồ sơ MC-14845-260302-0001.

Trung tâm Phục vụ hành chính công xã Mường Lát, tỉnh Thanh Hóa
"""
    )
    assert await deliver(office, settings_for(post), now=MONDAY + MINUTE) == DeliveryReport()
    assert len(post.mails) == 1


@pytest.mark.parametrize("stage", ["at_rcpt", "after_data"])
async def test_4xx_is_tried_again_after_a_minute(office: Office, post: PostOffice, stage: str) -> None:
    desk = routed(office)
    getattr(post, stage)["b@example.vn"] = "451 4.7.1 <b@example.vn>: greylisted"
    assert await deliver(office, settings_for(post), now=MONDAY) == DeliveryReport(later=1)
    row = row_of(office, desk)
    assert (row.state, row.attempts, row.next_try_at) == ("waiting", 1, MONDAY + MINUTE)
    assert row.last_error == "451 4.7.1 <•>: greylisted"
    getattr(post, stage).clear()
    assert await deliver(office, settings_for(post), now=at("2026-03-02T09:00:59")) == DeliveryReport()
    assert await deliver(office, settings_for(post), now=MONDAY + MINUTE) == DeliveryReport(accepted=1)
    assert post.ids == [f"<{row.message_id}@hacthanh.example.vn>"]
    assert row_of(office, desk).attempts == 2


@pytest.mark.parametrize("stage", ["at_rcpt", "after_data"])
async def test_5xx_is_final_for_that_recipient_only(office: Office, post: PostOffice, stage: str) -> None:
    refused, fine = routed(office, email="gone@example.vn"), routed(office, email="here@example.vn")
    getattr(post, stage)["gone@example.vn"] = "550 5.1.1 gone@example.vn unknown"
    assert await deliver(office, settings_for(post), now=MONDAY) == DeliveryReport(accepted=1, undeliverable=1)
    row = row_of(office, refused)
    assert (row.state, row.settled_at, row.last_error) == ("undeliverable", MONDAY, "550 5.1.1 • unknown")
    assert row_of(office, fine).state == "accepted"
    assert await deliver(office, settings_for(post), now=MONDAY + timedelta(days=1)) == DeliveryReport()
    with reading(office.engine) as session:
        (shown,) = undeliverable_messages(session)
        assert undeliverable_messages(session, communes=["01795"]) == []
    assert (shown.dossier_code, shown.commune, shown.notice) == (refused.code, "14845", "receipt")


async def test_a_refused_connection_costs_one_attempt_for_the_whole_channel(office: Office) -> None:
    first, second = routed(office), routed(office)
    with post_office() as closed:
        pass
    assert await deliver(office, settings_for(closed), now=MONDAY) == DeliveryReport(later=1)
    assert (row_of(office, first).attempts, row_of(office, second).attempts) == (1, 0)
    assert "ConnectError" in str(row_of(office, first).last_error)


async def test_a_refused_sender_is_our_fault_and_nobodys_message_is_given_up(office: Office, post: PostOffice) -> None:
    desk = routed(office)
    post.at_mail = "550 5.7.1 sender not allowed"
    assert await deliver(office, settings_for(post), now=MONDAY) == DeliveryReport(later=1)
    assert row_of(office, desk).last_error == "550 5.7.1 sender not allowed"


async def test_a_wrong_sender_in_the_settings_gives_up_no_message(office: Office, post: PostOffice) -> None:
    desk = routed(office)
    settings = Settings(smtp_host=HOST, smtp_port=post.port, mail_from="motcua")
    assert await deliver(office, settings, now=MONDAY) == DeliveryReport(later=1)
    assert row_of(office, desk).last_error == "the setting mail_from is no e-mail address"


async def test_an_address_that_is_none_is_undeliverable(office: Office, post: PostOffice) -> None:
    desk = routed(office)
    with writing(office.engine) as session:
        session.execute(update(ApplicantRow).values(email="a,b@example.vn"))
    assert await deliver(office, settings_for(post), now=MONDAY) == DeliveryReport(undeliverable=1)
    assert row_of(office, desk).last_error == "that is no usable e-mail address"
    assert post.mails == []


async def test_a_connection_cut_after_the_content_leaves_the_outcome_unknown(office: Office, post: PostOffice) -> None:
    desk = routed(office)
    post.after_data["b@example.vn"] = DROP
    assert await deliver(office, settings_for(post), now=MONDAY) == DeliveryReport(unknown=1)
    row = row_of(office, desk)
    assert (row.state, row.settled_at) == ("unknown", MONDAY)
    assert await deliver(office, settings_for(post), now=MONDAY + timedelta(days=3)) == DeliveryReport()
    assert len(post.mails) == 1
    with reading(office.engine) as session:
        (shown,) = unknown_messages(session)
    assert (shown.message_id, shown.state) == (row.message_id, MessageState.UNKNOWN)


async def test_a_person_sends_again_under_the_same_id(office: Office, post: PostOffice) -> None:
    desk = routed(office)
    post.after_data["b@example.vn"] = DROP
    await deliver(office, settings_for(post), now=MONDAY)
    post.after_data.clear()
    later = MONDAY + timedelta(hours=1)
    message = row_of(office, desk).message_id
    assert resolve(office, message, "resend", actor="clerk", now=later).state is MessageState.WAITING
    assert await deliver(office, settings_for(post), now=later) == DeliveryReport(accepted=1)
    assert len(post.mails) == 2
    assert len(set(post.ids)) == 1
    row = row_of(office, desk)
    assert (row.state, row.resolved_by, row.resolved_at) == ("accepted", "clerk", later)


async def test_a_person_takes_it_as_accepted(office: Office, post: PostOffice) -> None:
    desk = routed(office)
    post.after_data["b@example.vn"] = DROP
    await deliver(office, settings_for(post), now=MONDAY)
    message = row_of(office, desk).message_id
    assert resolve(office, message, "accept", actor="clerk", now=MONDAY).state is MessageState.ACCEPTED
    assert await deliver(office, settings_for(post), now=MONDAY + timedelta(days=1)) == DeliveryReport()
    with pytest.raises(NothingToResolve):
        resolve(office, message, "resend", actor="clerk", now=MONDAY)


async def test_an_undeliverable_message_can_be_sent_again_but_not_declared_accepted(
    office: Office, post: PostOffice
) -> None:
    desk = routed(office)
    post.at_rcpt["b@example.vn"] = "550 no"
    await deliver(office, settings_for(post), now=MONDAY)
    message = row_of(office, desk).message_id
    with pytest.raises(NothingToResolve):
        resolve(office, message, "accept", actor="clerk", now=MONDAY)
    with pytest.raises(UnknownMessage):
        resolve(office, "0" * 32, "resend", actor="clerk", now=MONDAY)
    with writing(office.engine) as session:
        session.execute(update(ApplicantRow).values(email="c@example.vn"))
    resolve(office, message, "resend", actor="clerk", now=MONDAY)
    assert await deliver(office, settings_for(post), now=MONDAY) == DeliveryReport(accepted=1)
    assert post.mails[0]["To"] == "Lò Thị B <c@example.vn>"


async def test_a_person_erased_meanwhile_gets_nothing_and_leaves_nothing(office: Office, post: PostOffice) -> None:
    desk = routed(office)
    erase_person(office, desk.code, now=MONDAY)
    assert await deliver(office, settings_for(post), now=MONDAY) == DeliveryReport(undeliverable=1)
    row = row_of(office, desk)
    assert (row.state, row.last_error) == ("undeliverable", "the recipient has been erased")
    assert post.mails == []


async def test_without_a_server_mails_wait_and_the_counter_goes_on(office: Office) -> None:
    waiting, told = routed(office), routed(office, email=None)
    assert await deliver(office, Settings(), now=MONDAY) == DeliveryReport(accepted=1)
    assert row_of(office, waiting).state == "waiting"
    assert row_of(office, told).state == "accepted"
    with reading(office.engine) as session:
        (recorded,) = recorded_messages(office, session, dossier_code=told.code)
        (view,) = messages(session, dossier_code=told.code)
    assert (view.channel, view.state) == ("counter", MessageState.ACCEPTED)
    assert recorded.recorded_at == MONDAY
    assert isinstance(recorded.wording, Outgoing)
    assert recorded.wording.subject == "Hồ sơ MC-14845-260302-0002: đã tiếp nhận, hẹn trả kết quả ngày 09/03/2026"


async def test_what_stays_in_the_house_is_gone_once_the_person_is_erased(office: Office) -> None:
    told = routed(office, email=None)
    await deliver(office, Settings(), now=MONDAY)
    erase_person(office, told.code, now=MONDAY)
    with reading(office.engine) as session:
        (recorded,) = recorded_messages(office, session, dossier_code=told.code)
    assert recorded.wording == Undeliverable("the recipient has been erased")


async def test_the_demonstration_records_what_it_would_have_sent(office: Office) -> None:
    desk = routed(office)
    assert await deliver(office, Settings(mode="demo"), now=MONDAY) == DeliveryReport(accepted=1)
    with reading(office.engine) as session:
        (recorded,) = recorded_messages(office, session, dossier_code=desk.code)
    assert recorded.channel == "email"
    assert isinstance(recorded.wording, Outgoing)
    assert recorded.wording.address == "b@example.vn"


async def test_a_limit_says_that_there_is_more(office: Office, post: PostOffice) -> None:
    for _ in range(3):
        routed(office)
    assert await deliver(office, settings_for(post), now=MONDAY, limit=2) == DeliveryReport(accepted=2, more=True)
    assert await deliver(office, settings_for(post), now=MONDAY, limit=2) == DeliveryReport(accepted=1)


async def test_four_senders_at_once_send_each_message_once(office: Office, post: PostOffice) -> None:
    for _ in range(12):
        routed(office)
    reports = await asyncio.gather(*(deliver(office, settings_for(post), now=MONDAY) for _ in range(4)))
    assert sum(r.accepted for r in reports) == 12
    assert len(post.ids) == 12
    assert len(set(post.ids)) == 12
    assert states(office) == {"accepted": 12}


async def test_a_message_that_cannot_be_worded_waits_and_holds_up_nobody(office: Office, post: PostOffice) -> None:
    broken, fine = routed(office), routed(office)
    with writing(office.engine) as session:
        session.execute(
            update(MessageRow).where(col(MessageRow.dossier_id) == broken.row.id).values(notice="no_such_notice")
        )
    assert await deliver(office, settings_for(post), now=MONDAY) == DeliveryReport(accepted=1, later=1)
    assert row_of(office, broken).last_error == ("cannot be worded: ValueError: 'no_such_notice' is not a valid Notice")
    assert row_of(office, fine).state == "accepted"


@dataclass
class Scripted(Channel):
    """A channel that answers as it is told; an exception among the answers is raised."""

    answers: list[Outcome | Exception]
    sent: list[Outgoing] = field(default_factory=list)
    needs: ClassVar[Contact] = Contact.EMAIL

    @classmethod
    def open(cls, engine: Engine, settings: Settings, *, now: datetime) -> Self | None:
        return None

    async def send(self, message: Outgoing) -> Outcome:
        self.sent.append(message)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


async def test_a_channel_that_fails_unforeseen_leaves_the_outcome_unknown(office: Office) -> None:
    desk = routed(office)
    channel = Scripted([DossierError(what="surprise")])
    report = await deliver(office, Settings(), now=MONDAY, channels={"email": channel})
    assert report == DeliveryReport(unknown=1)
    row = row_of(office, desk)
    assert (row.state, row.last_error) == (
        "unknown",
        "DossierError: Something about a dossier is wrong. (what=surprise)",
    )


async def test_after_28_attempts_in_five_days_a_message_is_given_up_and_a_resend_begins_anew(office: Office) -> None:
    desk = routed(office)
    channel = Scripted([TryLater("450 later")] * 30)
    tries: list[datetime] = []
    now = MONDAY
    while (row := row_of(office, desk)).state == "waiting":
        now = row.next_try_at
        tries.append(now)
        await deliver(office, Settings(), now=now, channels={"email": channel})
    assert len(tries) == 28
    assert tries[-1] - tries[0] == timedelta(days=4, hours=20, minutes=31)
    assert (row.state, row.last_error) == ("undeliverable", "given up after 28 attempts: 450 later")
    resolve(office, row.message_id, "resend", actor="clerk", now=now)
    await deliver(office, Settings(), now=now, channels={"email": channel})
    row = row_of(office, desk)
    assert (row.state, row.attempts, row.next_try_at) == ("waiting", 29, now + MINUTE)


@pytest.mark.parametrize(
    ("attempt", "minutes"), [(1, 1), (2, 2), (3, 4), (9, 256), (10, 360), (28, 360), (29, 1), (30, 2)]
)
def test_the_wait_doubles_up_to_six_hours(attempt: int, minutes: int) -> None:
    assert backoff(attempt) == timedelta(minutes=minutes)


CHILD = """
import asyncio, sys
from datetime import datetime
from dossiers.session import engine_for
from dossiers.settings import settings
from notifications.outbox import deliver
from notifications.routing import route
from tests.conftest import make_office
from tests.samples import sample

given = settings()
office = make_office(engine_for(given.url), sample())
now = datetime.fromisoformat(sys.argv[1])
route(office, now=now)
print(asyncio.run(deliver(office, given, now=now)))
"""


def child(office: Office, post: PostOffice, failpoint: str, now: datetime = MONDAY) -> int:
    """The exit code of a real sender process that dies at a point."""
    environment = {
        **os.environ,
        "MOTCUA_DATABASE_URL": office.engine.url.render_as_string(hide_password=False),
        "MOTCUA_FAILPOINTS": failpoint,
        "MOTCUA_SMTP_HOST": HOST,
        "MOTCUA_SMTP_PORT": str(post.port),
        "MOTCUA_MAIL_FROM": "motcua@hacthanh.example.vn",
    }
    command = [sys.executable, "-c", CHILD, now.isoformat()]
    return subprocess.run(command, env=environment, check=False, capture_output=True, timeout=60).returncode


@pytest.mark.parametrize(("point", "arrived"), [("outbox.before_send", 0), ("outbox.after_send_before_record", 1)])
async def test_a_sender_killed_in_between_leaves_an_unknown_outcome_and_no_double(
    office: Office, post: PostOffice, point: str, arrived: int
) -> None:
    desk, next_one = routed(office), routed(office)
    assert child(office, post, point) == -signal.SIGKILL
    assert len(post.mails) == arrived
    assert row_of(office, desk).state == "sending"
    # The next sender does the rest and leaves the claimed one alone until its lease is over.
    assert await deliver(office, settings_for(post), now=MONDAY + MINUTE) == DeliveryReport(accepted=1)
    assert await deliver(office, settings_for(post), now=LEASE_OVER) == DeliveryReport(unknown=1)
    row = row_of(office, desk)
    assert (row.state, row.last_error) == ("unknown", "the sender ended between sending and recording")
    assert row_of(office, next_one).state == "accepted"
    assert len(post.mails) == arrived + 1
    resolve(office, row.message_id, "resend", actor="clerk", now=LEASE_OVER)
    assert await deliver(office, settings_for(post), now=LEASE_OVER) == DeliveryReport(accepted=1)
    ours = [i for i in post.ids if row.message_id in i]
    assert len(ours) == arrived + 1
    assert states(office) == {"accepted": 2}


async def test_a_router_killed_before_its_commit_decides_nothing(office: Office, post: PostOffice) -> None:
    Desk(office).accepted()
    assert child(office, post, "routing.before_commit") == -signal.SIGKILL
    assert states(office) == {}
    assert child(office, post, "") == 0
    assert states(office) == {"accepted": 1}
    assert len(post.mails) == 1


def certificate(folder: Path) -> tuple[Path, ssl.SSLContext]:
    """A certificate for 127.0.0.1, and the server side of it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "test")])
    begin = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    built = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(dt.datetime(2020, 1, 1, tzinfo=dt.UTC))
        .not_valid_after(begin + dt.timedelta(days=36500))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(HOST))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = folder / "server.pem"
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file.write_bytes(built.public_bytes(serialization.Encoding.PEM) + secret)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return file, context


async def test_starttls_protects_and_is_insisted_on(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = routed(office)
    file, context = certificate(tmp_path)
    with post_office() as plain:
        report = await deliver(office, settings_for(plain, smtp_start_tls=True), now=MONDAY)
        assert report == DeliveryReport(later=1)
        assert plain.mails == []
    with post_office(context) as stranger:
        report = await deliver(office, settings_for(stranger, smtp_start_tls=True), now=MONDAY + MINUTE)
        assert report == DeliveryReport(later=1)
        assert stranger.mails == []
    assert "CERTIFICATE_VERIFY_FAILED" in str(row_of(office, desk).last_error)
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    with post_office(context) as trusted:
        report = await deliver(office, settings_for(trusted, smtp_start_tls=True), now=MONDAY + 3 * MINUTE)
        assert report == DeliveryReport(accepted=1)
        assert len(trusted.mails) == 1


class TextMessageChannel(Channel):
    """What a newcomer would write: see docs/adding-a-channel.md."""

    needs: ClassVar[Contact] = Contact.PHONE
    sent: ClassVar[list[tuple[str, str]]] = []

    @classmethod
    def open(cls, engine: Engine, settings: Settings, *, now: datetime) -> Self | None:
        return cls()

    async def send(self, message: Outgoing) -> Outcome:
        self.sent.append((message.address, message.subject))
        return Accepted()


async def test_a_new_channel_is_a_class_and_a_line_in_the_table(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(CHANNELS, "sms", TextMessageChannel)
    file = tmp_path / "routing.yaml"
    file.write_text(
        "- effective_from: 2026-01-01\n"
        "  rules:\n"
        "  - {event: ReceiptIssued, notice: receipt, to: applicant, through: [sms, counter]}\n",
        encoding="utf-8",
    )
    for phone in ("0912 345 678", None):
        desk = Desk(office)
        desk.register(applicant={"name": "Lò Thị B", "phone": phone})
        desk.do("accept", MONDAY, RECEIVER)
        desk.machine(MONDAY)
    route(office, now=MONDAY, rule_sets=read_rules(file))
    assert await deliver(office, Settings(), now=MONDAY) == DeliveryReport(accepted=2)
    assert TextMessageChannel.sent == [
        ("0912 345 678", "Hồ sơ MC-14845-260302-0001: đã tiếp nhận, hẹn trả kết quả ngày 09/03/2026")
    ]
    TextMessageChannel.sent.clear()
    with reading(office.engine) as session:
        assert [r.channel for r in session.scalars(select(RecordedMessageRow))] == ["counter"]
