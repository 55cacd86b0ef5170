"""The generated list of procedures, and the command that draws one."""

from __future__ import annotations

from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from procedures.catalogue import Catalogue, ProcedureField
from procedures.exchange_commands import diagram
from procedures.limits import TimeLimit
from procedures.overview import procedures_page
from procedures.plain_words import limit_words
from tests.exchange_sample import sample


def catalogue() -> Catalogue:
    fields = {
        "thu-nghiem": ProcedureField.model_validate({"names": {"vi": "Thử nghiệm", "en": "Trial"}}),
        "trong": ProcedureField.model_validate({"names": {"vi": "Trống", "en": "Empty"}}),
    }
    pause = {
        "id": "posting",
        "names": {"vi": "Niêm yết", "en": "Posting"},
        "whose_time": "public",
        "maximum": {"amount": 15, "unit": "calendar_days"},
        "source": ["law"],
        "unverified": "?",
    }
    supplement = {"clock": "restart", "source": ["law"]}
    definition = sample(
        pauses=[pause],
        supplement=supplement,
        scope={"provinces": ["24"]},
        names={"vi": "Cấp | giấy <mới>", "en": "New paper"},
        review={"status": "verified", "checked_by": "Phòng Tư pháp", "on": "2026-08-01"},
        effective={"from": "2026-07-01", "until": "2027-03-01"},
    )
    return Catalogue.of((definition,), fields)


def test_a_row_holds_what_the_law_says() -> None:
    page = procedures_page(catalogue())
    assert "Procedures: 1. Versions: 1; of these checked against the law: 1." in page
    assert "## Thử nghiệm · Trial" in page
    assert "Trống" not in page
    assert page.splitlines()[-1] == (
        "| 9.000200 | Cấp \\| giấy &lt;mới><br>*New paper*<br>chỉ tỉnh, thành mã 24 "
        "| 2, từ 01/07/2026<br>đến trước 01/03/2027 "
        "| Thông thường: 17,5 ngày làm việc (địa bàn khó khăn: 27,5 ngày làm việc)"
        "<br>Khẩn: 17,5 ngày làm việc (địa bàn khó khăn: 27,5 ngày làm việc) "
        "| Niêm yết (công khai, nhiều nhất 15 ngày; tính tiếp) (chưa đối chiếu)"
        "<br>bổ sung hồ sơ, 1 lần: tính lại từ đầu "
        "| đã đối chiếu: Phòng Tư pháp, 01/08/2026 |"
    )


@pytest.mark.parametrize(
    ("limit", "vietnamese", "english"),
    [
        (
            {"unit": "same_day", "cut_off": "15:00"},
            "trong ngày (nhận sau 15:00: ngày làm việc tiếp theo)",
            "same day (received after 15:00: next working day)",
        ),
        ({"unit": "months", "amount": {"normal": 1}}, "1 tháng", "1 month"),
        ({"unit": "hours", "amount": {"normal": 24}}, "24 giờ", "24 hours"),
        (
            {
                "unit": "working_days",
                "phases": [
                    {"id": n, "names": {"vi": n, "en": n}, "amount": {"normal": a}, "source": ["law"]}
                    for n, a in (("a", 10), ("b", 3))
                ],
                "additions": [
                    {"id": "v", "names": {"vi": "xác minh", "en": "verification"}, "amount": 3, "source": ["law"]}
                ],
            },
            "13 ngày làm việc; +3 ngày làm việc: xác minh",
            "13 working days; +3 working days: verification",
        ),
    ],
)
def test_a_limit_in_words(limit: dict[str, object], vietnamese: str, english: str) -> None:
    found = TimeLimit.model_validate(limit | {"source": ["law"]})
    assert limit_words(found, "vi") == vietnamese
    assert limit_words(found, "en") == english


def shell() -> typer.Typer:
    app = typer.Typer()
    app.command()(diagram)
    return app


def test_the_command_prints_or_writes_a_picture_or_bpmn(tmp_path: Path) -> None:
    printed = CliRunner().invoke(shell(), ["1.001193", "--current", "verify"])
    assert printed.exit_code == 0
    assert printed.stdout.startswith("<svg ")
    assert 'aria-current="step"' in printed.stdout
    file = tmp_path / "p.bpmn"
    written = CliRunner().invoke(shell(), ["1.001193", "--version", "1", "--format", "bpmn", "--out", str(file)])
    assert (written.exit_code, written.stdout) == (0, "")
    assert '<bpmn:process id="Procedure_1_001193" name="Đăng ký khai sinh"' in file.read_text("utf-8")


def test_the_command_names_the_steps_when_one_is_unknown() -> None:
    refused = CliRunner().invoke(shell(), ["1.001193", "--current", "nowhere"])
    assert refused.exit_code == 2
    assert "nowhere" in refused.stderr
