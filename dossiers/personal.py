"""Sealing personal data: identity numbers encrypted with a blind index, free texts bound to the ledger by an HMAC."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import hmac
import os
import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from dossiers.errors import BrokenKey

_NONCE_BYTES = 12
SECRET_BYTES = 32


@dataclass(frozen=True, slots=True)
class Vault:
    """Keys of one installation. Lose them and the identity numbers are gone; the ledger is not."""

    sealing_key: bytes
    index_key: bytes

    @classmethod
    def from_secret(cls, secret: bytes) -> Vault:
        """Both keys derived from one secret of at least 32 bytes."""
        return cls(_derive(secret, b"motcua personal id sealing"), _derive(secret, b"motcua personal id index"))

    @classmethod
    def from_file(cls, path: Path) -> Vault:
        """The keys of an installation; the secret is made on first use, readable by its owner only.

        Raises:
            BrokenKey: the file holds no whole secret.
        """
        if not path.exists():
            write_secret(path)
        try:
            secret = bytes.fromhex(path.read_text().strip())
        except ValueError:
            raise BrokenKey(file=str(path)) from None
        if len(secret) < SECRET_BYTES:
            raise BrokenKey(file=str(path))
        return cls.from_secret(secret)

    @property
    def fingerprint(self) -> str:
        """Tells keys apart (hex) and says nothing about them."""
        return hmac.new(self.sealing_key, b"motcua key fingerprint", hashlib.sha256).hexdigest()

    def opens(self, sealed: bytes) -> bool:
        """Whether that was sealed with this key, and not changed since."""
        try:
            self.unseal(sealed)
        except InvalidTag:
            return False
        return True

    def seal(self, text: str) -> bytes:
        """The text encrypted (AES-256-GCM, random nonce in front)."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return nonce + AESGCM(self.sealing_key).encrypt(nonce, text.encode(), None)

    def unseal(self, sealed: bytes) -> str:
        """The text back; InvalidTag when it was changed or the key is another."""
        return AESGCM(self.sealing_key).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], None).decode()

    def blind_index(self, text: str) -> str:
        """An HMAC (hex) that finds equal texts again without showing them."""
        return hmac.new(self.index_key, text.strip().encode(), hashlib.sha256).hexdigest()


def sealed_form(vault: Vault, form: Mapping[str, Any], secret: Collection[str]) -> dict[str, Any]:
    """Form values as they are stored: the fields named in `secret` (identity numbers) encrypted, the others as text."""
    return {
        name: {"sealed": base64.b64encode(vault.seal(str(value))).decode()}
        if name in secret and value
        else _plain(value)
        for name, value in form.items()
    }


def opened_form(vault: Vault, stored: Mapping[str, Any]) -> dict[str, Any]:
    """Stored form values with the encrypted ones readable again."""
    return {
        name: vault.unseal(base64.b64decode(value["sealed"])) if isinstance(value, dict) else value
        for name, value in stored.items()
    }


def _plain(value: Any) -> str | int | bool | None:
    return value if isinstance(value, str | int | bool) or value is None else str(value)


def salted_hmac(salt: bytes, text: str) -> str:
    """The HMAC (hex) of a text that the ledger keeps in its place."""
    return hmac.new(salt, text.encode(), hashlib.sha256).hexdigest()


def masked(number: str) -> str:
    """An identity number as screens show it: the last three digits only."""
    return "•" * max(len(number) - 3, 0) + number[-3:]


def write_secret(path: Path) -> None:
    """A new secret, there complete or not at all; whoever comes second keeps the first one's."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.{secrets.token_hex(8)}.part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as out:
        out.write(secrets.token_hex(SECRET_BYTES))
        out.flush()
        os.fsync(out.fileno())
    with contextlib.suppress(FileExistsError):
        path.hardlink_to(part)
    part.unlink()


def _derive(secret: bytes, purpose: bytes) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=purpose).derive(secret)
