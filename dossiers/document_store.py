"""The document store: contents in a folder, each once under its SHA-256, there whole or not at all.

`<folder>/<first two characters>/<sha256>`; what is still coming in lies in `<folder>/incoming`. Which contents are
still needed only the database knows: uploads hold a shared lock from before the content gets its place until their
transaction is over, removals an exclusive one, so that none removes what another is about to refer to.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import secrets
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from dossiers.document_errors import DocumentDamaged, DocumentEmpty, DocumentTooLarge

CHUNK = 256 * 1024
MOST_BYTES = 20_000_000
_INCOMING = "incoming"
_LOCK_RETRY_SECONDS = 0.05


@dataclass
class Receiving:
    """A content on its way in: a file of its own, never beyond the limit, gone again unless it is kept."""

    path: Path
    most_bytes: int | None
    size: int = 0
    _descriptor: int = -1
    _digest: hashlib._Hash = field(default_factory=hashlib.sha256)

    def write(self, data: bytes | memoryview) -> None:
        """Add to the content.

        Raises:
            DocumentTooLarge: it would be larger than allowed. Nothing beyond the limit was written.
        """
        if self.most_bytes is not None and self.size + len(data) > self.most_bytes:
            raise DocumentTooLarge(allowed_bytes=self.most_bytes)
        self.size += len(data)
        self._digest.update(data)
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(self._descriptor, rest) :]

    @property
    def sha256(self) -> str:
        """The hash (hex) of what came in so far."""
        return self._digest.hexdigest()

    def finish(self) -> None:
        """Bring the content to the disk, after the last piece.

        Raises:
            DocumentEmpty: nothing came.
        """
        if not self.size:
            raise DocumentEmpty
        if self._descriptor >= 0:
            os.fsync(self._descriptor)
            os.close(self._descriptor)
            self._descriptor = -1

    def discard(self) -> None:
        """Throw it away, unless it was kept."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1
        self.path.unlink(missing_ok=True)


@dataclass(frozen=True, slots=True)
class DocumentStore:
    """A folder of contents. Nothing is made before the first content comes."""

    folder: Path
    most_bytes: int = MOST_BYTES

    def path_of(self, sha256: str) -> Path:
        """Where a content lies, or would."""
        return self.folder / sha256[:2] / sha256

    @contextmanager
    def receiving(self, *, limited: bool = True) -> Iterator[Receiving]:
        """A content to write to; what was not kept when the block ends is gone."""
        incoming = self.folder / _INCOMING
        incoming.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = incoming / f"{secrets.token_hex(16)}.part"
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        received = Receiving(path, self.most_bytes if limited else None, _descriptor=descriptor)
        try:
            yield received
        finally:
            received.discard()

    def keep(self, received: Receiving) -> None:
        """Give a finished content its place. The same content again takes the place of the first: nothing changes."""
        place = self.path_of(received.sha256)
        if not place.parent.is_dir():
            place.parent.mkdir(mode=0o700, exist_ok=True)
            _sync_folder(self.folder)
        received.path.replace(place)
        _sync_folder(place.parent)

    @contextmanager
    def adding(self) -> Iterator[None]:
        """While it lasts no content is removed."""
        descriptor = self._lock_file()
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH)
            yield
        finally:
            os.close(descriptor)

    @contextmanager
    def removing(self, *, wait_seconds: float = 2) -> Iterator[bool]:
        """While it lasts no content comes in; False when others were adding all the time: try again later."""
        if not self.folder.is_dir():
            yield False
            return
        descriptor = self._lock_file()
        try:
            yield _locked(descriptor, wait_seconds)
        finally:
            os.close(descriptor)

    def _lock_file(self) -> int:
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return os.open(self.folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)

    def read(self, sha256: str, size_bytes: int) -> Iterator[bytes]:
        """A content in pieces, whole and unchanged, or an error: the last piece comes only when the hash fits.

        The whole file is checked before this returns, and again while it is read.

        Raises:
            DocumentDamaged: it is missing, or not what was stored.
        """
        self.check(sha256, size_bytes)
        return self._pieces(sha256)

    def check(self, sha256: str, size_bytes: int) -> None:
        """Nothing, when the content lies in its place, unchanged.

        Raises:
            DocumentDamaged: it does not.
        """
        found = self.path_of(sha256)
        if not found.is_file():
            raise DocumentDamaged(sha256=sha256, problem="missing")
        if found.stat().st_size != size_bytes:
            raise DocumentDamaged(sha256=sha256, problem="other size")
        for _ in self._pieces(sha256):
            pass

    def _pieces(self, sha256: str) -> Iterator[bytes]:
        digest, held = hashlib.sha256(), b""
        try:
            with self.path_of(sha256).open("rb") as source:
                while piece := source.read(CHUNK):
                    digest.update(piece)
                    if held:
                        yield held
                    held = piece
        except OSError as error:
            raise DocumentDamaged(sha256=sha256, problem=error.strerror or "unreadable") from error
        if digest.hexdigest() != sha256:
            raise DocumentDamaged(sha256=sha256, problem="changed")
        yield held

    def remove(self, sha256: str) -> None:
        """Take a content out. Only under `removing`, and only when nothing refers to it."""
        self.path_of(sha256).unlink(missing_ok=True)

    def groups(self) -> Iterator[tuple[str, list[Path]]]:
        """All contents, by the first two characters of their hash."""
        if self.folder.is_dir():
            for group in sorted(self.folder.iterdir()):
                if group.is_dir() and len(group.name) == 2:  # noqa: PLR2004
                    yield group.name, sorted(group.iterdir())

    def clear_incoming(self, *, before: datetime) -> int:
        """How many contents that never became whole were deleted: those last written before that instant."""
        stale = [p for p in (self.folder / _INCOMING).glob("*.part") if modified_at(p) < before]
        for path in stale:
            path.unlink(missing_ok=True)
        return len(stale)


def modified_at(path: Path) -> datetime:
    """When a file was last given its place or written; the distant past when it is gone."""
    try:
        return datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except FileNotFoundError:
        return datetime.fromtimestamp(0, UTC)


def pieces_of(file: Path) -> Iterable[bytes]:
    """A file in pieces."""
    with file.open("rb") as source:
        while piece := source.read(CHUNK):
            yield piece


def _locked(descriptor: int, wait_seconds: float) -> bool:
    until = time.monotonic() + wait_seconds
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= until:
                return False
            time.sleep(_LOCK_RETRY_SECONDS)
        else:
            return True


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
