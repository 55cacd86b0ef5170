"""Check an audit bundle of motcua. Python 3.9 or newer is enough: python3 verify.py [key fingerprint].

Run it inside the unpacked bundle. Exit code 0: everything fits; 1: something does not, and is named.
The rules in words are in README.txt.
"""

from __future__ import annotations

import base64
import hashlib
import json
import sys
from pathlib import Path
from typing import Any

Point = tuple[int, int, int, int]
P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT = Path(__file__).resolve().parent
MANIFEST, SIGNATURE, OWN = "manifest.json", "manifest.sig", "verify.py"
SIGNATURE_BYTES = 64
problems: list[str] = []


def canonical(value: Any) -> str:
    """JSON with sorted keys and no blanks."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def sha256(data: bytes | str) -> str:
    """The digest in hex."""
    return hashlib.sha256(data if isinstance(data, bytes) else data.encode()).hexdigest()


# Ed25519 as in RFC 8032, section 6 (slow, but enough for some hundred signatures).
def add(a: Point, b: Point) -> Point:
    """The sum of two points in extended coordinates."""
    e, f = (a[1] - a[0]) * (b[1] - b[0]) % P, (a[1] + a[0]) * (b[1] + b[0]) % P
    g, h = 2 * a[3] * b[3] * D % P, 2 * a[2] * b[2] % P
    e, f, g, h = f - e, h - g, h + g, f + e
    return (e * f % P, g * h % P, f * g % P, e * h % P)


def times(scalar: int, point: Point) -> Point:
    """A multiple of a point."""
    result: Point = (0, 1, 1, 0)
    while scalar:
        if scalar & 1:
            result = add(result, point)
        point = add(point, point)
        scalar >>= 1
    return result


def point_of(data: bytes) -> Point | None:
    """The point of 32 bytes; None when there is none."""
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & ((1 << 255) - 1)
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    if (x * x - square) % P or (x == 0 and sign):
        return None
    if x & 1 != sign:
        x = P - x
    return (x, y, 1, x * y % P)


def is_signed(key: bytes, text: str, signature: str) -> bool:
    """Whether the text was signed with the key (32 bytes)."""
    data = bytes.fromhex(signature)
    a, r = point_of(key), point_of(data[:32]) if len(data) == SIGNATURE_BYTES else None
    s = int.from_bytes(data[32:], "little")
    if a is None or r is None or s >= ORDER:
        return False
    h = int.from_bytes(hashlib.sha512(data[:32] + key + text.encode()).digest(), "little") % ORDER
    base = point_of((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))
    assert base is not None
    left, right = times(s, base), add(r, times(h, a))
    return not (left[0] * right[2] - right[0] * left[2]) % P and not (left[1] * right[2] - right[1] * left[2]) % P


def leaf(value: Any) -> bytes:
    """The digest of a leaf of a Merkle tree."""
    return hashlib.sha256(b"\x00" + canonical(value).encode()).digest()


def climb(digest: bytes, path: list[list[str]]) -> bytes:
    """The root that a proof leads to."""
    for side, other in path:
        both = bytes.fromhex(other) + digest if side == "left" else digest + bytes.fromhex(other)
        digest = hashlib.sha256(b"\x01" + both).digest()
    return digest


def read(name: str) -> Any:
    """A JSON file of the bundle."""
    return json.loads((ROOT / name).read_text(encoding="utf-8"))


def check_manifest(key: bytes) -> None:
    """Every file is the one listed, none is missing, none was added."""
    text = (ROOT / MANIFEST).read_text(encoding="utf-8")
    if not is_signed(key, text, (ROOT / SIGNATURE).read_text().strip()):
        problems.append("manifest.json: not what was signed")
    listed = json.loads(text)["files"]
    for name, digest in listed.items():
        path = ROOT / name
        if not path.is_file():
            problems.append(f"{name}: missing")
        elif sha256(path.read_bytes()) != digest:
            problems.append(f"{name}: changed")
    for path in sorted(ROOT.rglob("*")):
        name = path.relative_to(ROOT).as_posix()
        if path.is_file() and name not in listed and name not in (MANIFEST, SIGNATURE, OWN):
            problems.append(f"{name}: added")


def check_seals(key: bytes) -> dict[int, Any]:
    """Every seal was signed and names the one before; gives the statements by number."""
    found: dict[int, Any] = {}
    previous: str | None = None
    for path in sorted((ROOT / "seals").glob("seal-*.json")):
        seal = json.loads(path.read_text(encoding="utf-8"))
        said = json.loads(seal["statement"])
        if not is_signed(key, seal["statement"], seal["signature"]):
            problems.append(f"{path.name}: not what was signed")
        if previous is not None and said["previous"] != previous:
            problems.append(f"{path.name}: does not name the seal before")
        previous = sha256(seal["statement"])
        found[said["number"]] = said
    return found


def check_events(folder: Path, code: str) -> list[Any]:
    """The chain of events; gives the lines."""
    lines = [json.loads(line) for line in (folder / "events.jsonl").read_text(encoding="utf-8").split("\n") if line]
    previous = "0" * 64
    for number, line in enumerate(lines, start=1):
        event = line["event"]
        if sha256(canonical(event)) != line["hash"]:
            problems.append(f"{code} revision {number}: changed")
        if (event["dossier"], event["revision"], event["previous"]) != (code, number, previous):
            problems.append(f"{code} revision {number}: does not follow the one before")
        previous = line["hash"]
    return lines


def check_proof(folder: Path, code: str, lines: list[Any], seals: dict[int, Any]) -> int:
    """The chain is the one below the root of a seal; gives how many events that covers."""
    proof = json.loads((folder / "proof.json").read_text(encoding="utf-8"))
    if proof["seal"] is None:
        return 0
    entries = [one for part in proof["entries"] for one in part.split(" ")]
    link = ""
    for part in proof["entries"]:
        link = sha256(f"{link} {part}")
    own = [f"{line['id']}:{line['cut']}:{line['hash'][:16]}" for line in lines[: proof["length"]]]
    if entries != own or link != proof["link"] or len(own) != proof["length"]:
        problems.append(f"{code}: its events are not those of seal {proof['seal']}")
    elif own and lines[len(own) - 1]["hash"] != proof["head"]:
        problems.append(f"{code}: its head is not that of seal {proof['seal']}")
    digest = leaf([code, proof["length"], proof["head"], proof["link"]])
    for node in (proof["bucket"], proof["group"]):
        digest = leaf([node["name"], node["dossiers"], node["events"], climb(digest, node["path"]).hex()])
    said = seals.get(proof["seal"])
    if said is None or climb(digest, proof["path"]).hex() != said["root"]:
        problems.append(f"{code}: the proof does not lead to the root of seal {proof['seal']}")
    return int(proof["length"])


def check_papers(folder: Path, code: str, lines: list[Any]) -> None:
    """Slips and documents are those that the ledger names by their hash."""
    named = {line["event"]["payload"].get("sha256") for line in lines}
    for name in ("slips.json", "documents.json"):
        for paper in json.loads((folder / name).read_text(encoding="utf-8")):
            if paper["sha256"] not in named:
                problems.append(f"{code} {name}: {paper['sha256']} is not in the ledger")
    for pdf in (folder / "slips").glob("*.pdf"):
        if pdf.stem != sha256(pdf.read_bytes()):
            problems.append(f"{code} {pdf.name}: not the slip that was issued")


def main() -> int:
    """Check everything and say what does not fit."""
    pem = "".join((ROOT / "public-key.pem").read_text().strip().split("\n")[1:-1])
    key = base64.b64decode(pem)[-32:]
    fingerprint = hashlib.sha256(key).hexdigest()[:16]
    if len(sys.argv) > 1 and sys.argv[1] != fingerprint:
        problems.append(f"the key is {fingerprint}, not {sys.argv[1]}")
    check_manifest(key)
    seals = check_seals(key)
    sealed = events = 0
    codes = read("sample.json")["dossiers"]
    for code in codes:
        folder = ROOT / "dossiers" / code
        lines = check_events(folder, code)
        events += len(lines)
        sealed += check_proof(folder, code, lines, seals)
        check_papers(folder, code, lines)
    print(f"{len(codes)} ho so / dossiers, {events} su kien / events, {sealed} da niem phong / sealed")
    print(f"khoa / key {fingerprint}" + ("" if len(sys.argv) > 1 else " (so voi khoa cua tinh / compare it yourself)"))
    for problem in problems:
        print(f"  ! {problem}")
    print("KHONG KHOP / DIFFERENT" if problems else "KHOP / SOUND")
    return 1 if problems else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (OSError, ValueError, KeyError, TypeError, IndexError, AttributeError) as error:
        print(f"  ! the bundle cannot be read: {error!r}\nKHONG KHOP / DIFFERENT")
        sys.exit(1)
