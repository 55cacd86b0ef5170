"""How much room text takes, without asking a font: widths of DejaVu Sans, wider than what screens usually have."""

from __future__ import annotations

import unicodedata

_EMS = {
    0.34: "ijlIJ'|.,:;/\\ ·",
    0.42: "()[]tr!f-",
    0.57: 'scL"*_`?F',
    0.64: "aebdghnopquvxykzTYPESđ–ươ0123456789{}",
    0.7: "ABCKRVXZ",
    0.78: "DGHNOQU&Đ",
    0.87: "wMƯ#+<=>^~→",
}
_EM_OF = {letter: width for width, letters in _EMS.items() for letter in letters}
_WIDEST = 1.0
_BOLD = 1.12


def width_of(text: str, size: float, *, bold: bool = False) -> float:
    """At most how many pixels a line of text takes at a font size in pixels."""
    ems = sum(_EM_OF.get(_bare(letter), _WIDEST) for letter in unicodedata.normalize("NFC", text))
    return ems * size * (_BOLD if bold else 1)


def wrap(text: str, width: float, size: float, *, bold: bool = False) -> list[str]:
    """The text in lines that fit a width in pixels, broken between words, too long words anywhere."""
    lines: list[str] = []
    for word in text.split():
        if lines and width_of(f"{lines[-1]} {word}", size, bold=bold) <= width:
            lines[-1] = f"{lines[-1]} {word}"
        else:
            lines += _pieces(word, width, size, bold=bold)
    return lines


def _pieces(word: str, width: float, size: float, *, bold: bool) -> list[str]:
    pieces = [""]
    for letter in word:
        if pieces[-1] and width_of(pieces[-1] + letter, size, bold=bold) > width:
            pieces.append("")
        pieces[-1] += letter
    return pieces


def _bare(letter: str) -> str:
    """The letter without tone and vowel marks that do not make it wider; đ, ư and ơ keep theirs."""
    if letter in _EM_OF:
        return letter
    parts = unicodedata.normalize("NFD", letter)
    return unicodedata.normalize("NFC", "".join(p for p in parts if not unicodedata.combining(p) or p == "\u031b"))
