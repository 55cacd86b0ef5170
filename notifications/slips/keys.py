"""The key that signs receipt slips: one per installation, made at first need, its public half for everybody."""

from __future__ import annotations

import base64
import binascii
import hashlib
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key

from dossiers.personal import SECRET_BYTES, write_secret
from notifications.slips.slip_errors import BrokenSlipKey


@dataclass(frozen=True, slots=True)
class SlipKey:
    """The signing key of an installation."""

    private: Ed25519PrivateKey

    @classmethod
    def from_file(cls, path: Path) -> SlipKey:
        """The key of an installation; made on first use, readable by its owner only. Racing processes get the same one.

        Raises:
            BrokenSlipKey: the file holds no whole key.
        """
        if not path.exists():
            write_secret(path)
        try:
            secret = bytes.fromhex(path.read_text(encoding="ascii").strip())
        except ValueError:
            raise BrokenSlipKey(file=str(path)) from None
        if len(secret) != SECRET_BYTES:
            raise BrokenSlipKey(file=str(path))
        return cls(Ed25519PrivateKey.from_private_bytes(secret))

    @property
    def public(self) -> Ed25519PublicKey:
        """The half that checks."""
        return self.private.public_key()

    @property
    def pem(self) -> str:
        """The public half as PEM, which openssl reads."""
        return self.public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()

    @property
    def raw(self) -> str:
        """The public half as base64url without padding."""
        return base64.urlsafe_b64encode(self.public.public_bytes_raw()).decode().rstrip("=")

    @property
    def fingerprint(self) -> str:
        """Eight hexadecimal digits of its SHA-256, as printed on slips."""
        return hashlib.sha256(self.public.public_bytes_raw()).hexdigest()[:8]

    def public_facts(self) -> dict[str, str]:
        """The public half as machines read it."""
        return {"algorithm": "Ed25519", "public_key": self.raw, "pem": self.pem, "fingerprint": self.fingerprint}


def read_public_key(text: str) -> Ed25519PublicKey:
    """A public key as `motcua slip-key` prints it: PEM, or base64url of its 32 bytes.

    Raises:
        BrokenSlipKey: it is neither.
    """
    try:
        if "-----BEGIN" in text:
            found = load_pem_public_key(text.encode())
        else:
            found = Ed25519PublicKey.from_public_bytes(base64.urlsafe_b64decode(f"{text.strip()}=="))
    except (ValueError, binascii.Error, UnsupportedAlgorithm):
        raise BrokenSlipKey(problem="neither PEM nor base64url of an Ed25519 public key") from None
    if not isinstance(found, Ed25519PublicKey):
        raise BrokenSlipKey(problem="not an Ed25519 public key")
    return found
