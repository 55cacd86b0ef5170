"""Notices over REST: one's own, what was not delivered, how somebody wants to be told, and contacts of bodies."""

from __future__ import annotations

import asyncio
from typing import Any

from pydantic import SecretStr
from sqlalchemy import select, update
from sqlmodel import col

from dossiers.desk_tables import ConsultedBodyRow
from dossiers.personal_tables import AccessRow, ApplicantRow, StaffRow
from dossiers.session import reading, writing
from dossiers.settings import Settings
from dossiers.sweep import sweep
from dossiers.tables import DossierRow, WarningRow
from notifications.channels.webhook import key_for
from notifications.outbox import deliver
from notifications.routing import route
from notifications.tables import MessageRow
from notifications.telling import decide_all
from tests.api.conftest import NINE, SUBMISSION, Answer, Web
from tests.samples import at

NOBODY = {"name": "Lò Thị Bưởi", "email": "gone@nowhere"}


def refused(web: Web, **applicant: Any) -> tuple[str, str]:
    """A dossier refused at intake whose notice cannot be delivered: its code and the message id."""
    code = web.register(applicant=SUBMISSION["applicant"] | {"email": "b@example.vn"} | applicant)
    assert web.act(code, "refuse", "receiving_officer", reason="Không thuộc thẩm quyền").status == 200
    route(web.office, now=web.now, channels={"email", "counter"})
    with writing(web.office.engine) as session:
        session.execute(update(ApplicantRow).values(email="không phải thư"))
    asyncio.run(deliver(web.office, Settings(smtp_host="127.0.0.1", smtp_port=1), now=web.now))
    with reading(web.office.engine) as session:
        return code, session.scalars(select(MessageRow).order_by(col(MessageRow.id).desc())).first().message_id  # type: ignore[union-attr]


def decided(web: Web, message: str, role: str = "receiving_officer", **body: Any) -> Answer:
    return web.call("POST", f"/notices/{message}/decision", web.token(role), json=body)


def test_what_was_not_delivered_says_what_to_do_and_names_nobody(web_on_each: Web) -> None:
    web = web_on_each
    code, message = refused(web)
    got = web.call("GET", "/notices/undelivered", web.token("receiving_officer"))
    assert got.status == 200
    (one,) = got.body
    assert (one["message_id"], one["dossier_code"], one["recipient"], one["channel"]) == (
        message,
        code,
        "applicant",
        "email",
    )
    assert (one["state"], one["reason"]) == ("undeliverable", "that is no usable e-mail address")
    assert one["advice"] == "tell_the_applicant"
    assert one["what_to_do"]["vi"] == "Gọi điện cho người nộp và ghi nhận đã báo, hoặc sửa địa chỉ rồi gửi lại."
    assert one["decisions"] == ["resend", "told"]
    assert "Bưởi" not in got.text
    assert "0912345678" not in got.text
    assert web.call("GET", "/notices/undelivered", web.token("receiving_officer", commune="14854")).body == []


def test_a_look_at_the_phone_is_recorded_and_shows_the_cost(web: Web) -> None:
    _, message = refused(web)
    got = web.call("GET", f"/notices/{message}", web.token("clerk"))
    assert got.status == 200
    assert (got.body["name"], got.body["phone"]) == ("Lò Thị Bưởi", "0912345678")
    assert got.body["short"] == (
        "Hồ sơ MC-14845-260302-0001 không được giải quyết. Lý do nêu trong phiếu từ chối; xin hỏi nơi tiếp nhận."
    )
    assert got.body["segments"] == 2
    with reading(web.office.engine) as session:
        assert [r.what for r in session.scalars(select(AccessRow)) if r.what == "notice"] == ["notice"]
    assert web.call("GET", f"/notices/{message}", web.token("clerk", commune="14854")).status == 403
    assert web.call("GET", f"/notices/{message}", web.token("province_auditor", commune="")).status == 403
    assert web.call("GET", f"/notices/{'0' * 32}", web.token("clerk")).status == 404
    assert web.call("GET", "/notices/no-id", web.token("clerk")).status == 422


def test_an_address_is_mended_and_the_message_sent_again(web: Web) -> None:
    _, message = refused(web)
    desk = web.token("receiving_officer")
    assert web.call("PUT", f"/notices/{message}/address", desk, json={"email": "khong phai"}).status == 422
    assert web.call("PUT", f"/notices/{message}/address", desk, json={}).status == 422
    assert web.call("PUT", f"/notices/{message}/address", desk, json={"email": "c@example.vn"}).status == 204
    got = decided(web, message, decision="resend")
    assert (got.status, got.body["state"]) == (200, "waiting")
    assert decided(web, message, decision="resend").status == 409
    with reading(web.office.engine) as session:
        assert session.scalars(select(ApplicantRow)).one().email == "c@example.vn"
        assert "address mended" in [r.what for r in session.scalars(select(AccessRow))]


def test_told_by_phone_closes_it(web: Web) -> None:
    _, message = refused(web)
    assert decided(web, message, "province_auditor", decision="told").status == 403
    read_only = web.token("receiving_officer", scopes=("read",))
    body = {"decision": "told"}
    assert web.call("POST", f"/notices/{message}/decision", read_only, json=body).status == 403
    got = decided(web, message, decision="told", how="phone")
    assert (got.status, got.body["state"], got.body["reason"]) == (200, "accepted", "told by phone")
    assert got.body["resolved_by"] == web.person("receiving_officer")
    assert web.call("GET", "/notices/undelivered", web.token("receiving_officer")).body == []


def test_sent_again_through_another_channel(web: Web) -> None:
    _, message = refused(web)
    assert decided(web, message, decision="resend", channel="fax").status == 404
    got = decided(web, message, decision="resend", channel="counter")
    assert (got.body["state"], got.body["channel"]) == ("waiting", "counter")


def test_preferences_are_ones_own_and_the_desk_enters_the_applicants(web: Web) -> None:
    token = web.token("case_officer")
    assert web.call("GET", "/notices/preferences", token).body == []
    got = web.call("PUT", "/notices/preferences", token, json={"channel": "*", "mode": "digest"})
    assert [(p["channel"], p["mode"]) for p in got.body] == [("*", "digest")]
    assert web.call("PUT", "/notices/preferences", token, json={"channel": "fax", "mode": "now"}).status == 404
    assert web.call("PUT", "/notices/preferences", token, json={"channel": "*", "mode": "loud"}).status == 422
    assert web.call("PUT", "/notices/preferences", token, json={"channel": "*"}).body == []
    read_only = web.token("case_officer", scopes=("read",))
    assert web.call("PUT", "/notices/preferences", read_only, json={"channel": "*", "mode": "off"}).status == 403
    code = web.register()
    path = f"/notices/preferences/dossiers/{code}"
    got = web.call("PUT", path, web.token("receiving_officer"), json={"channel": "sms", "mode": "off"})
    assert [(p["channel"], p["mode"]) for p in got.body] == [("sms", "off")]
    assert web.call("GET", path, web.token("receiving_officer", commune="14854")).status == 403


def test_ones_own_notices_are_in_the_house_even_without_an_address(web: Web) -> None:
    boss = web.token("supervisor")
    code = web.register()
    sweep(web.office, now=at("2026-03-12T10:00"))
    decide_all(web.office, Settings(), now=at("2026-03-12T10:00"))
    (one,) = web.call("GET", "/notices/mine", boss).body
    assert (one["notice"], one["channel"]) == ("digest", "counter")
    assert code in one["text"]
    assert web.call("GET", "/notices/mine", web.token("clerk")).body == []


def test_a_digest_of_many_communes_is_nobodys_who_works_in_one(web: Web) -> None:
    codes = [web.register(), web.register()]
    web.person("supervisor")
    sweep(web.office, now=at("2026-03-12T10:00"))
    decide_all(web.office, Settings(), now=at("2026-03-12T10:00"))
    with writing(web.office.engine) as session:
        digest = session.scalars(select(MessageRow).where(col(MessageRow.notice) == "digest")).first()
        assert digest is not None
        message, warned = digest.message_id, set(digest.warnings)
    clerk = web.token("clerk")
    assert web.call("GET", f"/notices/{message}", clerk).status == 200
    with writing(web.office.engine) as session:
        other = select(DossierRow).where(col(DossierRow.code) == codes[1])
        row = session.scalars(other).one()
        assert warned & set(session.scalars(select(WarningRow.id).where(col(WarningRow.dossier_id) == row.id)))
        row.commune = row.intake_commune = "14854"
    assert web.call("GET", f"/notices/{message}", clerk).status == 403
    assert web.call("GET", f"/notices/{message}", web.token("clerk", commune="")).status == 200


def test_a_bodys_address_is_changed_by_whoever_keeps_the_contacts(web: Web) -> None:
    _, message = refused(web)
    with writing(web.office.engine) as session:
        body = ConsultedBodyRow(province="38", name="Công an tỉnh", email="a@congan.vn")
        session.add(body)
        session.flush()
        session.execute(update(MessageRow).values(recipient=f"body:{body.id}"))
    path, email = f"/notices/{message}/address", {"email": "b@congan.vn"}
    assert web.call("PUT", path, web.token("receiving_officer"), json=email).status == 403
    with reading(web.office.engine) as session:
        assert session.scalars(select(ConsultedBodyRow.email)).one() == "a@congan.vn"


def test_contacts_of_bodies_are_kept_per_province(web: Web) -> None:
    web.settings.webhook_key = SecretStr("master")
    secret = web.sign_in("administrator", commune="")
    headers = {"x-csrf-token": secret, "sec-fetch-site": "same-origin"}
    new = {"province": "38", "name": "Công an  xã", "webhook": "https://ca.example.vn/motcua", "phone": "02373856789"}
    got = web.call("PUT", "/contacts", json=new, headers=headers)
    assert got.status == 200, got.text
    assert got.body["name"] == "Công an xã"
    again = web.call("PUT", "/contacts", json={"province": "38", "name": "CÔNG AN XÃ"}, headers=headers)
    assert (again.body["id"], again.body["webhook"]) == (got.body["id"], None)
    for wrong in ({"webhook": "http://10.0.0.1/"}, {"email": "x"}, {"phone": "12"}):
        assert web.call("PUT", "/contacts", json=new | wrong, headers=headers).status == 422
    assert web.call("PUT", "/contacts", json=new | {"province": "04"}, headers=headers).status == 403
    assert [c["name"] for c in web.call("GET", "/contacts").body] == ["Công an xã"]
    assert web.call("GET", "/contacts", web.token("administrator")).status == 403
    key = web.call("GET", f"/contacts/{got.body['id']}/webhook-key").body["key"]
    assert key == key_for("master", f"body:{got.body['id']}")
    assert web.call("DELETE", f"/contacts/{got.body['id']}", headers=headers).status == 204
    assert web.call("DELETE", f"/contacts/{got.body['id']}", headers=headers).status == 404


def test_a_person_erased_is_advised_of_nothing(web: Web) -> None:
    _, message = refused(web)
    with writing(web.office.engine) as session:
        session.execute(update(ApplicantRow).values(name=None, email=None, phone=None, erased_at=NINE))
    (one,) = web.call("GET", "/notices/undelivered", web.token("clerk")).body
    assert one["advice"] == "nothing"
    assert web.call("GET", f"/notices/{message}", web.token("clerk")).body == {"message_id": message, "gone": True}
    mended = web.call("PUT", f"/notices/{message}/address", web.token("clerk"), json={"phone": "0912345678"})
    assert mended.status == 404
    with reading(web.office.engine) as session:
        assert session.scalars(select(StaffRow)).first() is not None
