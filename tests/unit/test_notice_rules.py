"""Pure parts of telling: quiet hours, digest hours, preferences and the way to a recipient."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from notifications.digest_hours import last_digest_hour
from notifications.errors import BrokenRouting
from notifications.preferences import Way, way_to
from notifications.recipients import Recipient
from notifications.rules import Mode, built_in_rules, in_force_at, read_rules
from procedures.calendars import load_calendar
from tests.samples import at

EVERYTHING = {"email", "sms", "zalo", "webhook", "counter"}
OFFICER = Recipient("staff:a", "A", "a@example.vn", "0912345678")
CITIZEN = Recipient("applicant:1", "B", None, "0912345678")
THROUGH = ("email", "sms", "counter")


@pytest.mark.parametrize(
    ("moment", "until"),
    [
        ("2026-03-02T20:59:59", "2026-03-02T20:59:59"),
        ("2026-03-02T21:00", "2026-03-03T07:00"),
        ("2026-03-02T23:59", "2026-03-03T07:00"),
        ("2026-03-03T00:00", "2026-03-03T07:00"),
        ("2026-03-03T06:59:59", "2026-03-03T07:00"),
        ("2026-03-03T07:00", "2026-03-03T07:00"),
        ("2026-12-31T22:00", "2027-01-01T07:00"),
    ],
)
def test_text_messages_are_silent_from_nine_to_seven(moment: str, until: str) -> None:
    rules = in_force_at(built_in_rules(), at(moment))
    assert rules is not None
    assert rules.not_before("sms", at(moment)) == at(until)
    assert rules.not_before("zalo", at(moment)) == at(until)
    assert rules.not_before("email", at(moment)) == at(moment)
    assert rules.not_before("webhook", at(moment)) == at(moment)


@pytest.mark.parametrize(
    ("now", "hour"),
    [
        ("2026-03-04T07:00", "2026-03-04T07:00"),
        ("2026-03-04T06:59", "2026-03-03T07:00"),
        ("2026-03-07T12:00", "2026-03-06T07:00"),  # Saturday: Friday's
        ("2026-03-09T06:59", "2026-03-06T07:00"),
        ("2026-03-09T07:00", "2026-03-09T07:00"),
        ("2026-02-22T12:00", "2026-02-13T07:00"),  # Tết 2026: off from 14 to 22 February
        ("2035-05-05T12:00", "2035-05-04T07:00"),  # beyond the calendar: weekends only
    ],
)
def test_digests_have_one_hour_on_working_days(now: str, hour: str) -> None:
    found: datetime = last_digest_hour(at(now), load_calendar(province=None, commune=None), hour=7)
    assert found == at(hour)


def way(recipient: Recipient, wishes: dict[str, Mode], **more: object) -> Way:
    given: dict[str, object] = {"wishes": wishes, "default": Mode.NOW, "offered": EVERYTHING}
    return way_to(recipient, THROUGH, **(given | more))  # type: ignore[arg-type]


def test_the_first_channel_with_an_address_that_is_offered_is_taken() -> None:
    assert way(OFFICER, {}) == Way("email", Mode.NOW)
    assert way(CITIZEN, {}) == Way("sms", Mode.NOW)
    assert way(CITIZEN, {}, offered={"email", "counter"}) == Way("counter", Mode.NOW)


def test_wishes_choose_channel_and_mode() -> None:
    assert way(OFFICER, {"email": Mode.OFF}) == Way("sms", Mode.NOW)
    assert way(OFFICER, {"email": Mode.DIGEST}) == Way("email", Mode.DIGEST)
    assert way(OFFICER, {"*": Mode.DIGEST, "email": Mode.NOW}) == Way("email", Mode.NOW)
    assert way(OFFICER, {"*": Mode.OFF}).mode is Mode.OFF
    assert way(OFFICER, {"*": Mode.OFF, "sms": Mode.NOW}) == Way("sms", Mode.NOW)
    assert way(OFFICER, {"*": Mode.OFF}, never_off=True) == Way("email", Mode.DIGEST)


def test_an_applicant_who_wants_nothing_is_told_at_the_counter() -> None:
    assert way(CITIZEN, {"*": Mode.OFF}) == Way("counter", Mode.NOW)


def test_whoever_has_no_address_or_is_gone_is_hopeless() -> None:
    body = Recipient("body:3", "Công an", webhook="https://ca.example.vn")
    assert way_to(body, ("webhook", "email"), wishes={}, default=Mode.NOW, offered={"email", "counter"}) == Way(
        "email", Mode.NOW, "the recipient gave no address"
    )
    gone = Recipient("staff:a", "A", "a@example.vn", gone="the recipient's account is closed")
    assert way(gone, {}).hopeless == "the recipient's account is closed"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("quiet_hours: {sms: {start: '07:00', end: '21:00'}}", "quiet hours go over midnight"),
        ("quiet_hours: {fax: {start: '21:00', end: '07:00'}}", "there is no channel fax"),
        ("warnings: [{to: holder, notice: warning, through: [fax]}]", "there is no channel fax"),
        (
            "warnings: [{to: holder, notice: warning, through: [sms]}, {to: holder, notice: digest, through: [sms]}]",
            "two rules say how the same recipient is told",
        ),
    ],
)
def test_broken_rules_say_what_is_wrong(tmp_path: Path, text: str, problem: str) -> None:
    file = tmp_path / "routing.yaml"
    file.write_text(f"- effective_from: 2026-01-01\n  {text}\n", encoding="utf-8")
    with pytest.raises(BrokenRouting) as caught:
        read_rules(file)
    assert problem in str(caught.value)
