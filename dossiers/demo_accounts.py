"""The demonstration province set: real communes, invented staff, one printed password. Never in production."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session, col

from dossiers.authority import StaffRole
from dossiers.office import Office
from dossiers.people import hash_password
from dossiers.personal_tables import GrantRow, StaffRow
from dossiers.session import writing
from dossiers.tables import InstallationRow
from procedures.communes import commune as commune_of
from procedures.communes import without_accents

PASSWORD = "motcua-demo"
"""The password of every demonstration account."""
COMMUNES = ("14797", "16531", "15568", "14845", "01273", "01321", "09187", "07582")
"""Thanh Hoá: Hạc Thành, Sầm Sơn, Thọ Lập, Mường Lát; Cao Bằng: Thục Phán, Bảo Lạc; Bắc Ninh: Kinh Bắc, Lục Ngạn."""
_MARK = "demo"

R = StaffRole
_POSTS: tuple[tuple[str, tuple[StaffRole, ...]], ...] = (
    ("tiepnhan", (R.RECEIVING_OFFICER,)),
    ("thuly", (R.CASE_OFFICER,)),
    ("lanhdao", (R.SIGNATORY,)),
    ("vanthu", (R.CLERK, R.RECEIVING_OFFICER)),
    ("giamdoc", (R.SUPERVISOR, R.HEAD_OF_DIVISION)),
    ("phochutich", (R.SIGNATORY,)),
)
"""Posts of a commune; the clerk also takes in, the director of the centre is head of division as well (kiêm nhiệm).

The deputy chair signs too, so that the chair's absence is covered.
"""
_NAMES = (
    ("Nguyễn Thị Hoa", "Lê Văn Bình", "Phạm Quốc Hùng", "Trịnh Thị Mai", "Hoàng Đức Thắng", "Lê Thị Hằng"),
    ("Lê Thị Thu", "Nguyễn Văn Sơn", "Vũ Mạnh Cường", "Đỗ Thị Lan", "Trần Quang Huy", "Nguyễn Thị Vân"),
    ("Phạm Thị Ngọc", "Lê Đình Toàn", "Hà Văn Thành", "Bùi Thị Hằng", "Lê Xuân Trường", "Trịnh Văn Lợi"),
    ("Hơ Thị Dợ", "Lò Văn Inh", "Thao Văn Sếnh", "Hà Thị Nga", "Vi Văn Thiết", "Lương Thị Xuân"),
    ("Nông Thị Lan", "Hoàng Văn Cường", "Đàm Quang Trung", "Bế Thị Hiền", "Nông Văn Dũng", "Triệu Văn Hưng"),
    ("Mã Thị Liên", "Hoàng A Páo", "Lý Văn Tình", "Dương Thị Sao", "Nông Văn Hải", "Hoàng Thị Dín"),
    ("Nguyễn Thị Quỳnh", "Nguyễn Hữu Đạt", "Ngô Văn Phúc", "Trần Thị Yến", "Nguyễn Đức Long", "Đặng Văn Tiến"),
    ("Giáp Thị Hương", "Vi Văn Đông", "Lăng Văn Hải", "Thân Thị Hà", "Trần Văn Khoa", "Vũ Thị Nhàn"),
)
_AUDITORS = {"38": "Lê Minh Khôi", "04": "Nông Thị Thảo", "24": "Nguyễn Văn Kiên"}
_PROVINCE_LOGINS = {"38": "thanhhoa", "04": "caobang", "24": "bacninh"}


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """A demonstration account: its log-in (with `PASSWORD`), name, place, roles. `commune` is empty for a province."""

    id: str
    login: str
    name: str
    province: str
    commune: str
    roles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Post:
    login: str
    name: str
    grants: tuple[tuple[StaffRole, str, str], ...]


def create(office: Office, *, now: datetime) -> list[DemoAccount]:
    """Every demonstration account, made where it is missing; the installation is marked as a demonstration.

    Repeating it changes nothing. `now` stands for every caller that changes a database; no account stores it.
    """
    password_hash = hash_password(PASSWORD)  # one hash for all of them: the password is printed anyway
    with writing(office.engine) as session:
        if session.get(InstallationRow, _MARK) is None:
            session.add(InstallationRow(name=_MARK, value="1"))
        taken = set(session.execute(select(col(StaffRow.login))).scalars())
        for post in _posts():
            if post.login not in taken:
                _add(session, post, password_hash)
        session.flush()
        return listed(session)


def listed(session: Session) -> list[DemoAccount]:
    """The demonstration accounts that can log in; none where the installation is no demonstration."""
    if session.get(InstallationRow, _MARK) is None:
        return []
    posts = {post.login: post for post in _posts()}
    rows = session.execute(select(StaffRow).where(col(StaffRow.login).in_(posts), col(StaffRow.active))).scalars()
    found = {row.login: row for row in rows}
    return [_account(found[login].id, post) for login, post in posts.items() if login in found]


def _add(session: Session, post: _Post, password_hash: str) -> None:
    row = StaffRow(id=secrets.token_hex(8), login=post.login, name=post.name, password_hash=password_hash)
    session.add(row)
    session.flush()
    session.add_all(
        GrantRow(staff_id=row.id, role=role.value, province=province, commune=commune)
        for role, province, commune in post.grants
    )


def _account(staff_id: str, post: _Post) -> DemoAccount:
    _, province, commune = post.grants[0]
    roles = dict.fromkeys(role.value for role, _, _ in post.grants)
    return DemoAccount(staff_id, post.login, post.name, province, commune, tuple(roles))


def _posts() -> Iterable[_Post]:
    for code, people in zip(COMMUNES, _NAMES, strict=True):
        commune = commune_of(code)
        slug = without_accents(commune.name.removeprefix("Phường ").removeprefix("Xã ")).replace(" ", "")
        for (post, roles), name in zip(_POSTS, people, strict=True):
            yield _Post(f"{slug}-{post}", name, tuple((role, commune.province_code, code) for role in roles))
    for province, name in _AUDITORS.items():
        yield _Post(f"{_PROVINCE_LOGINS[province]}-kiemtra", name, ((R.PROVINCE_AUDITOR, province, ""),))
    everywhere = tuple((R.ADMINISTRATOR, province, "") for province in _AUDITORS)
    yield _Post("quantri", "Quản trị hệ thống", everywhere)
