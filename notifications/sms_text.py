"""The length of a text message as networks count it, and how a text is made to fit. Pure."""

from __future__ import annotations

import unicodedata

GSM_7 = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
"""The basic alphabet of GSM 03.38: one septet each."""
GSM_7_EXTENSION = frozenset("\f^{}\\[~]|€")
"""Characters that cost two septets: an escape and themselves."""
ONE_GSM, PART_GSM = 160, 153
ONE_UCS2, PART_UCS2 = 70, 67
"""Units of a message that fits into one segment, and of each part of a longer one (six bytes go into its header)."""
BASIC_PLANE = 0xFFFF
ELLIPSIS = "…"
PLAIN_ELLIPSIS = "..."
PHONE_DIGITS = range(9, 16)
"""How many digits an international number may have (E.164: at most 15)."""


def is_gsm_7(text: str) -> bool:
    """Whether the text can go out in the 7-bit alphabet. Vietnamese with its accents cannot."""
    return all(c in GSM_7 or c in GSM_7_EXTENSION for c in text)


def units(text: str) -> list[int]:
    """What each character costs: septets in the 7-bit alphabet, else UTF-16 code units."""
    if is_gsm_7(text):
        return [2 if c in GSM_7_EXTENSION else 1 for c in text]
    return [2 if ord(c) > BASIC_PLANE else 1 for c in text]


def segments(text: str) -> int:
    """How many segments the text costs; 0 for none. No character is torn apart between two of them."""
    one, part = (ONE_GSM, PART_GSM) if is_gsm_7(text) else (ONE_UCS2, PART_UCS2)
    costs = units(text)
    if not costs:
        return 0
    if sum(costs) <= one:
        return 1
    count, used = 1, 0
    for cost in costs:
        if used + cost > part:
            count, used = count + 1, 0
        used += cost
    return count


def without_accents(text: str) -> str:
    """Vietnamese in plain Latin letters: `đã tiếp nhận` becomes `da tiep nhan`. Other signs turn into their likes."""
    replaced = text.translate(_LIKE)
    bare = (c for c in unicodedata.normalize("NFD", replaced) if not unicodedata.combining(c))
    return "".join(c if c in GSM_7 or c in GSM_7_EXTENSION else "?" for c in bare)


_LIKE = str.maketrans(
    {
        "đ": "d",
        "Đ": "D",
        "–": "-",
        "—": "-",
        "“": '"',
        "”": '"',
        "‘": "'",
        "’": "'",
        "…": "...",
        "·": "-",
        "\u00a0": " ",
    }
)


def fitted(text: str, *, accents: bool, most_segments: int) -> str:
    """The text with or without its accents, shortened at a word to at most so many segments."""
    text = " ".join(text.split())
    text = unicodedata.normalize("NFC", text) if accents else without_accents(text)
    if segments(text) <= most_segments:
        return text
    words = text.split(" ")
    low, high = 0, len(words) - 1
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if segments(_cut(words[:middle])) <= most_segments else (low, middle - 1)
    if low:
        return _cut(words[:low])
    while text and segments(_cut([text])) > most_segments:
        text = text[:-1]
    return _cut([text])


def _cut(words: list[str]) -> str:
    # The sign "…" is not in the 7-bit alphabet: a text that is would double in cost by it.
    text = " ".join(words).rstrip(" ,;:.")
    return text + (PLAIN_ELLIPSIS if is_gsm_7(text) else ELLIPSIS)


def phone_digits(text: str) -> str | None:
    """A phone number in international digits without a plus: `0912 345 678` becomes `84912345678`; None for no number.

    A number without country code counts as Vietnamese.
    """
    kept = "".join(c for c in text if c not in " .-()\u00a0")
    if kept.startswith("+"):
        kept = kept[1:]
    elif kept.startswith("00"):
        kept = kept[2:]
    elif kept.startswith("0"):
        kept = "84" + kept[1:]
    if not (kept.isascii() and kept.isdigit() and len(kept) in PHONE_DIGITS) or kept.startswith("0"):
        return None
    return kept
