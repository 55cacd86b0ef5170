"""What a receipt slip promises, as a line of text under an Ed25519 signature. Pure; needs no database to check.

`MOTCUA1|MC-14845-260302-0001|2026-03-09T17:00+07:00|14845|12/2026|<signature>`: the signature is over the bytes before
the last bar, in base64url without padding. It proves integrity; it is no signature in the sense of the law.
"""

from __future__ import annotations

import base64
import binascii
import io
import re
from dataclasses import dataclass
from datetime import datetime

import segno
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from notifications.rendering import VIETNAM
from notifications.slips.slip_errors import ForgedSlip, MalformedSlipText

SCHEME = "MOTCUA1"
_TEXT = re.compile(
    rf"{SCHEME}\|(?P<code>[A-Z0-9.-]{{1,60}})\|(?P<at>[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}T[0-9]{{2}}:[0-9]{{2}}\+07:00)"
    r"\|(?P<commune>[0-9]{5})\|(?P<number>[0-9]{1,9})/(?P<year>[0-9]{4})"
)
LONGEST_TEXT = 400


@dataclass(frozen=True, slots=True)
class SlipClaim:
    """What a receipt slip says: the dossier, when its result is promised (to the minute), and the slip's number."""

    dossier: str
    promised_at: datetime
    commune: str
    number: int
    year: int

    def text(self) -> str:
        """The line that is signed."""
        at = self.promised_at.astimezone(VIETNAM).strftime("%Y-%m-%dT%H:%M+07:00")
        return f"{SCHEME}|{self.dossier}|{at}|{self.commune}|{self.number}/{self.year}"


def signed(claim: SlipClaim, key: Ed25519PrivateKey) -> str:
    """The claim with its signature: the content of the QR code."""
    text = claim.text()
    return f"{text}|{base64.urlsafe_b64encode(key.sign(text.encode())).decode().rstrip('=')}"


def verify(text: str, public_key: Ed25519PublicKey) -> SlipClaim:
    """What the slip promises, when its signature fits.

    Raises:
        MalformedSlipText: it is no content of a slip's QR code.
        ForgedSlip: the signature is not that key's over that text.
    """
    said, bar, signature = text.strip().rpartition("|")
    found = _TEXT.fullmatch(said) if bar and len(text) <= LONGEST_TEXT else None
    if found is None:
        raise MalformedSlipText(length=len(text))
    try:
        public_key.verify(base64.b64decode(f"{signature}==", altchars=b"-_", validate=True), said.encode())
    except (InvalidSignature, binascii.Error, ValueError):
        raise ForgedSlip(dossier=found["code"]) from None
    try:
        promised_at = datetime.fromisoformat(found["at"])
    except ValueError:
        raise MalformedSlipText(promised_at=found["at"]) from None
    return SlipClaim(found["code"], promised_at, found["commune"], int(found["number"]), int(found["year"]))


def code_image(text: str) -> str:
    """A text as a QR code, in SVG."""
    out = io.BytesIO()
    # A signature looks like chance, so every mask does: weighing all eight would take four times as long.
    segno.make(text, error="m", micro=False, boost_error=False, mask=2).save(
        out, kind="svg", xmldecl=False, svgns=True, omitsize=True, border=2, light="#fff"
    )
    return out.getvalue().decode()
