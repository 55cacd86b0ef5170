"""The key that signs seals: one per installation, kept outside the database, its public half for everybody."""

from __future__ import annotations

import base64
import binascii
import hashlib
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key

from dossiers.personal import SECRET_BYTES, write_secret
from performance.seal_errors import BrokenSealKey


@dataclass(frozen=True, slots=True)
class SealKey:
    """The signing key of an installation."""

    private: Ed25519PrivateKey

    @classmethod
    def from_file(cls, path: Path) -> SealKey:
        """The key of an installation; made on first use, readable by its owner only. Racing processes get the same one.

        Raises:
            BrokenSealKey: the file holds no whole key.
        """
        if not path.exists():
            write_secret(path)
        try:
            secret = bytes.fromhex(path.read_text(encoding="ascii").strip())
        except ValueError:
            raise BrokenSealKey(file=str(path)) from None
        if len(secret) != SECRET_BYTES:
            raise BrokenSealKey(file=str(path))
        return cls(Ed25519PrivateKey.from_private_bytes(secret))

    @property
    def public(self) -> Ed25519PublicKey:
        """The half that checks."""
        return self.private.public_key()

    def sign(self, text: str) -> str:
        """The signature of a text, in hex."""
        return self.private.sign(text.encode()).hex()


def pem_of(key: Ed25519PublicKey) -> str:
    """A public key as PEM, which openssl reads."""
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def fingerprint_of(key: Ed25519PublicKey) -> str:
    """Sixteen hexadecimal digits of its SHA-256, to be compared by telephone."""
    return hashlib.sha256(key.public_bytes_raw()).hexdigest()[:16]


def is_signed(key: Ed25519PublicKey, text: str, signature: str) -> bool:
    """Whether the text was signed with that key."""
    try:
        key.verify(bytes.fromhex(signature), text.encode())
    except (InvalidSignature, ValueError):
        return False
    return True


def read_public_key(text: str) -> Ed25519PublicKey:
    """A public key as `motcua seal key` prints it: PEM, hex, or base64url of its 32 bytes.

    Raises:
        BrokenSealKey: it is none of these.
    """
    try:
        if "-----BEGIN" in text:
            found = load_pem_public_key(text.encode())
        elif len(text.strip()) == SECRET_BYTES * 2:
            found = Ed25519PublicKey.from_public_bytes(bytes.fromhex(text.strip()))
        else:
            found = Ed25519PublicKey.from_public_bytes(base64.urlsafe_b64decode(f"{text.strip()}=="))
    except (ValueError, binascii.Error, UnsupportedAlgorithm):
        raise BrokenSealKey(problem="neither PEM nor the 32 bytes of an Ed25519 public key") from None
    if not isinstance(found, Ed25519PublicKey):
        raise BrokenSealKey(problem="not an Ed25519 public key")
    return found
