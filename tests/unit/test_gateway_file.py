"""Files that describe gateways: templates that yield JSON values, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from notifications.channels.gateway_file import filled, found_at, read_gateway
from notifications.errors import BrokenGateway


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("url: https://sms.example.vn\nbody: {to: '{{ to | nothing }}'}", "a template does not work"),
        ("url: https://sms.example.vn\nbody: {to: '{{ applicant }}'}", "'applicant' is undefined"),
        ("url: https://sms.example.vn\nbody: {to: '{{ to.__class__.__mro__ }}'}", "a template does not work"),
        ("url: https://sms.example.vn\nbody: {}\nanswer: {path: code}", "codes that mean `accepted` together"),
        ("url: https://sms.example.vn\ncolour: red", "colour"),
        ("url: [", "while parsing"),
    ],
)
def test_a_broken_file_is_refused_with_its_reason(tmp_path: Path, text: str, problem: str) -> None:
    file = tmp_path / "gateway.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(BrokenGateway) as caught:
        read_gateway(file)
    assert problem in str(caught.value)


def test_a_dotted_path_and_values_of_their_own_type() -> None:
    assert found_at({"a": [{"b": True}]}, "a.0.b") == "True"
    assert found_at({"a": {}}, "a.0.b") is None
    assert filled({"n": ["{{ n }}", "{{ n }} x", 5, None]}, {"n": 3}) == {"n": [3, "3 x", 5, None]}
