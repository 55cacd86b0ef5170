"""Hash chain and canonical spelling."""

from __future__ import annotations

import pytest

from dossiers.events import canonical, chain_hash, instant
from tests.samples import at


def test_canonical_json_sorts_keys_and_keeps_vietnamese() -> None:
    assert canonical({"b": 1, "a": "Lò Thị B"}) == '{"a":"Lò Thị B","b":1}'


def test_a_float_has_no_place_in_the_ledger() -> None:
    with pytest.raises(TypeError, match="write a decimal as text"):
        canonical({"amount": [1, {"x": 17.5}]})


def test_an_instant_is_spelled_in_utc_with_microseconds() -> None:
    assert instant(at("2026-03-02T06:30")) == "2026-03-01T23:30:00.000000+00:00"


def test_the_chain_hash_of_a_known_event() -> None:
    digest = chain_hash(
        dossier_code="MC-14845-260302-0001",
        revision=1,
        type="SubmissionRegistered",
        occurred_at=at("2026-03-02T09:00"),
        recorded_at=at("2026-03-02T09:00"),
        actor="a",
        payload={"code": "MC-14845-260302-0001"},
        previous_hash="0" * 64,
    )
    # sha256 of the canonical JSON, computed with `printf '...' | sha256sum`
    assert digest == "8214239adbe32af33ec8904fe20bf1135caf87627ba06c07c6a524bd6026e36c"
