"""A person works at the desk in a real browser: takes a dossier in, hands it on, sees why it is due when it is."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from dossiers.demo_accounts import create
from dossiers.migrate import upgrade
from dossiers.office import Office
from dossiers.settings import Settings

pytestmark = pytest.mark.slow
ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a real server with the demonstration accounts, without any worker."""
    home = tmp_path_factory.mktemp("home")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    own = Settings(home=home, mode="demo")
    office = Office.open(own)
    upgrade(office.engine)
    create(office, now=datetime.now(UTC))
    office.engine.dispose()
    environment = os.environ | {"MOTCUA_HOME": str(home), "MOTCUA_MODE": "demo", "MOTCUA_PORT": str(port)}
    command = [sys.executable, "-c", "import cli; cli.main()", "web"]
    root = Path(__file__).parent.parent.parent
    with subprocess.Popen(command, env=environment, cwd=root) as server:
        found = f"http://127.0.0.1:{port}"
        try:
            _wait_until_ready(found, server)
            yield found
        finally:
            server.terminate()
            assert server.wait(timeout=20) in (0, -15)


def _wait_until_ready(address: str, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and server.poll() is None:
        try:
            if httpx.get(f"{address}/readyz").is_success:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    raise AssertionError("the server did not get ready")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Headless Chromium, Debian's own where it is installed."""
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=ARGUMENTS)
        yield opened
        opened.close()


@pytest.fixture(params=[1280, 390], ids=["desk", "phone"])
def page(request: pytest.FixtureRequest, browser: Browser, address: str) -> Iterator[Page]:
    """A page at desk and at phone width; anything that the browser complains about fails the test."""
    context = browser.new_context(
        viewport={"width": request.param, "height": 844}, base_url=address, locale="vi-VN", java_script_enabled=False
    )
    opened = context.new_page()
    complaints: list[str] = []
    opened.on("console", lambda message: complaints.append(message.text))
    opened.on("requestfailed", lambda asked: complaints.append(asked.url))
    yield opened
    context.close()
    assert complaints == []


def sign_in(page: Page, login: str) -> None:
    page.goto("/login")
    page.get_by_label("Tên đăng nhập").fill(login)
    page.get_by_label("Mật khẩu").fill("motcua-demo")
    page.get_by_role("button", name="Đăng nhập").click()
    assert page.get_by_role("heading", name="Hồ sơ", exact=True).is_visible()


def sign_out(page: Page) -> None:
    page.get_by_role("button", name="Đăng xuất").click()
    assert page.get_by_text("Bạn đã đăng xuất.").is_visible()


def test_a_dossier_goes_from_desk_to_desk_without_any_script(page: Page) -> None:
    sign_in(page, "hacthanh-tiepnhan")
    page.get_by_role("link", name="Nhận hồ sơ").first.click()
    page.get_by_role("link", name="Gia hạn giấy phép xây dựng").first.click()
    page.get_by_label("Họ và tên").fill("Trần Thị Sáu")
    page.get_by_label("Số định danh", exact=True).fill("038190001234")
    _fill_required(page)
    page.get_by_role("button", name="Nhận hồ sơ").click()
    assert page.get_by_role("status").inner_text().startswith("Đã nhận hồ sơ MC-14797-")
    assert page.get_by_text("•••••••••234").is_visible()
    for choice in page.locator("form[action$='/accept'] select[name^='document.']").all():
        choice.select_option("original")
    page.get_by_role("button", name="Tiếp nhận", exact=True).click()
    assert page.get_by_role("status").inner_text() == "Đã thực hiện: Tiếp nhận."
    assert page.get_by_text("Đang tính").is_visible()
    page.get_by_text("Vì sao là ngày này?").click()
    assert page.get_by_text("Thời hạn giải quyết là 5 ngày làm việc").is_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]  # type: ignore[index]
    sign_out(page)


def _fill_required(page: Page) -> None:
    for box in page.locator("form.intake input[required]").all():
        if not box.input_value():
            box.fill("2026-01-15" if box.get_attribute("type") == "date" else "1")
    for choice in page.locator("form.intake select[required]").all():
        choice.select_option(index=1)


def test_english_and_keyboard(page: Page) -> None:
    page.goto("/login?lang=en")
    assert page.get_by_role("heading", name="Sign in").is_visible()
    page.keyboard.press("Tab")
    page.goto("/login")
    assert page.get_by_label("User name").is_visible()
    assert page.get_by_text("Demonstration – the data are invented").is_visible()
