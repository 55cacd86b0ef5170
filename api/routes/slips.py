"""Slips: the statutory forms of a dossier as PDF, the register, and the key that checks them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel

from api.auth import Caller
from api.deps import at_dossier, at_place_in_all_fields, desk_of, needs, now_of
from api.shapes import REFUSALS, Code
from dossiers.authority import Permission
from dossiers.people import log_access
from dossiers.session import reading
from dossiers.store import find
from notifications.slips.forms import CONTROL, DEFAULT_PAPER
from notifications.slips.issuing import Slip, issue
from notifications.slips.keys import SlipKey
from notifications.slips.register import log_register, print_register
from notifications.slips.stored import slips_of

router = APIRouter(tags=["slips"], responses=REFUSALS)
PDF = "application/pdf"
Sight = Annotated[Caller, needs(Permission.VIEW_DOSSIERS, at_dossier)]
Person = Annotated[Caller, needs(Permission.VIEW_PERSONAL_DATA, at_dossier)]
PaperQuery = Annotated[str, Query(max_length=10, description="a5, a4; form 01 also thermal80.")]


class SlipShape(BaseModel):
    """A slip that was made. Its PDF never changes; its hash stands in the ledger."""

    form: str
    paper: str
    number: str
    of_revision: int
    sha256: str
    rendered_at: datetime


class SlipKeyShape(BaseModel):
    """The public half of the key that signs receipt slips."""

    algorithm: str
    public_key: str
    pem: str
    fingerprint: str


@router.get("/dossiers/{code}/slips", response_model=list[SlipShape])
def list_slips(request: Request, code: Code, caller: Sight) -> list[SlipShape]:
    """The slips made so far, the oldest first."""
    with reading(desk_of(request).office.engine) as session:
        found = slips_of(session, find(session, code).id or 0)
    return [SlipShape.model_validate(one, from_attributes=True) for one in found]


@router.get("/dossiers/{code}/slips/{form}.pdf", response_class=Response)
def slip_pdf(
    *,
    request: Request,
    code: Code,
    form: str,
    caller: Person,
    paper: PaperQuery = DEFAULT_PAPER,
    of_revision: Annotated[int | None, Query(ge=1, description="Of that event; absent: of the last one.")] = None,
) -> Response:
    """A slip as PDF; made, numbered and recorded now if it was not made before. The access is recorded."""
    found = _issue(request, caller, code, form, paper, of_revision)
    return _pdf(found.pdf, f"{found.form}-{found.dossier}-{found.paper}", f'"{found.sha256}"')


@router.post("/dossiers/{code}/slips/06", status_code=201, response_model=SlipShape)
def make_control_slip(
    *, request: Request, response: Response, code: Code, caller: Person, paper: PaperQuery = DEFAULT_PAPER
) -> SlipShape:
    """The control slip of the way so far; the same one again while nothing has moved since. `Location`: its PDF."""
    found = _issue(request, caller, code, CONTROL, paper, None)
    with reading(desk_of(request).office.engine) as session:
        made = next(one for one in slips_of(session, found.dossier_id) if one.sha256 == found.sha256)
    where = f"/api/v1/dossiers/{code}/slips/06.pdf?paper={found.paper}&of_revision={made.of_revision}"
    response.headers["location"] = where
    return SlipShape.model_validate(made, from_attributes=True)


@router.get("/register.pdf", response_class=Response)
def register_pdf(
    *,
    request: Request,
    caller: Annotated[Caller, needs(Permission.VIEW_PERSONAL_DATA, at_place_in_all_fields)],
    commune: Annotated[str, Query(pattern=r"^[0-9]{5}$")],
    first: Annotated[date, Query(alias="from", description="First day, in Vietnam.")],
    last: Annotated[date, Query(alias="to", description="Last day, inclusive.")],
) -> Response:
    """The register of dossiers (form 07) of a commune and period, all fields. Each person shown is recorded."""
    office, now = desk_of(request).office, now_of(request)
    made = print_register(office, commune, first=first, last=last, now=now)
    log_register(office, made, actor=caller.actor, what="api register", now=now)
    return _pdf(made.pdf, f"07-{commune}-{first.isoformat()}-{last.isoformat()}", None)


@router.get("/slip-key", response_model=SlipKeyShape)
def slip_key(request: Request) -> SlipKeyShape:
    """The key with which anybody can check the QR code of a receipt slip, without us."""
    return SlipKeyShape.model_validate(SlipKey.from_file(desk_of(request).settings.slip_key).public_facts())


def _issue(request: Request, caller: Caller, code: str, form: str, paper: str, of_revision: int | None) -> Slip:
    desk, now = desk_of(request), now_of(request)
    key = SlipKey.from_file(desk.settings.slip_key)
    found = issue(desk.office, key, code, form, paper, of_revision=of_revision, now=now)
    with reading(desk.office.engine) as session:
        row = find(session, code)
    log_access(
        desk.office,
        actor=caller.actor,
        what=f"api slip {form}",
        now=now,
        dossier_id=row.id,
        applicant_id=row.applicant_id,
    )
    return found


def _pdf(content: bytes, name: str, etag: str | None) -> Response:
    headers = {"content-disposition": f'inline; filename="{name}.pdf"', "cache-control": "private, no-store"}
    if etag:
        headers["etag"] = etag
    return Response(content, media_type=PDF, headers=headers)
