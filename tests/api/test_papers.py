"""A dossier over REST shows required documents, fees and rating; words of people stay with those who may see them."""

from __future__ import annotations

from tests.api.conftest import Web


def test_fees_are_shown_with_what_was_paid_and_what_is_owed(web: Web) -> None:
    code = web.accepted()
    seen = web.call("GET", f"/dossiers/{code}", web.token("case_officer")).body["fees"]
    assert (seen["paid_vnd"], seen["owed_vnd"], seen["unknown"]) == (0, 8000, [])
    wrong = web.act(code, "record_payment", "receiving_officer", fee="le_phi", amount_vnd=80000, how="cash")
    assert (wrong.status, wrong.body["type"]) == (409, "urn:motcua:error:amount_differs")
    assert wrong.body["facts"] == {"fee": "le_phi", "amount_vnd": 8000, "per": "dossier", "owed_vnd": 8000}
    paid = {"fee": "le_phi", "amount_vnd": 8000, "how": "bank_transfer", "receipt": "BL-01"}
    assert web.act(code, "record_payment", "receiving_officer", **paid).status == 200
    again = web.act(code, "record_payment", "receiving_officer", **paid | {"receipt": "BL-02"})
    assert (again.status, again.body["type"]) == (409, "urn:motcua:error:fee_already_settled")
    explained = paid | {"receipt": "BL-02", "note": "chị Bưởi nộp hai lần"}
    assert web.act(code, "record_payment", "receiving_officer", **explained).status == 200
    seen = web.call("GET", f"/dossiers/{code}", web.token("case_officer")).body["fees"]
    (fee,) = seen["fees"]
    assert (fee["settled"], fee["owed_vnd"], fee["overpaid_vnd"], seen["paid_vnd"]) == (True, 0, 8000, 16000)
    assert [(p["how"], p["receipt"], p["note"]) for p in fee["payments"]] == [
        ("bank_transfer", "BL-01", None),
        ("bank_transfer", "BL-02", "chị Bưởi nộp hai lần"),
    ]
    other = web.call("GET", f"/dossiers/{code}", web.token("province_auditor", commune="")).body["fees"]["fees"][0]
    assert [p["note"] for p in other["payments"]] == [None, "•••"]


def test_an_exemption_is_shown_with_its_ground(web: Web) -> None:
    code = web.accepted()
    assert web.act(code, "record_exemption", "clerk", fee="le_phi", ground="hộ nghèo").status == 200
    (fee,) = web.call("GET", f"/dossiers/{code}", web.token("case_officer")).body["fees"]["fees"]
    assert (fee["exempt"]["ground"], fee["settled"], fee["payments"]) == ("hộ nghèo", True, [])
    again = web.act(code, "record_exemption", "clerk", fee="le_phi", ground="hộ nghèo")
    assert again.status == 409


def test_the_checklist_shows_the_form_ticked(web: Web) -> None:
    code = web.register(documents={"to_khai": "electronic"})
    lines = web.call("GET", f"/dossiers/{code}", web.token("case_officer")).body["checklist"]
    assert [(line["id"], line["ticked"], line["missing"], line["files"]) for line in lines] == [
        ("to_khai", "electronic", False, []),
        ("giay_to", None, False, []),
    ]


def test_a_rating_is_given_by_who_hands_over_and_not_before(web: Web) -> None:
    code = web.accepted()
    assert web.act(code, "rate", "receiving_officer", rating=5).status == 409
    assert web.act(code, "rate", "case_officer", rating=5).status == 403
    assert web.call("GET", f"/dossiers/{code}", web.token("case_officer")).body["rating"] is None
