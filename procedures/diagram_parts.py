"""What a diagram of a procedure shows: cards with their text, and arrows with their labels."""

from __future__ import annotations

from collections.abc import Iterator, Set
from dataclasses import dataclass
from typing import Literal

from procedures.layout import Box, Link
from procedures.lettering import width_of, wrap
from procedures.plain_words import KINDS, ROLES, WAITS, amount_words, say, span_words
from procedures.schema import Definition
from procedures.steps import END, Act, Kind, Step

NAME_SIZE, SMALL = 13.0, 11.0
CARD_WIDTH, PADDING, ICON = 230.0, 14.0, 16.0
LABEL_WIDTH = 150.0

Look = Literal[
    "human", "automatic", "consultation", "wait", "linked", "start", "issued", "refused", "ended", "fork", "join"
]


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text as it is written."""

    text: str
    size: float = SMALL
    bold: bool = False

    @property
    def height(self) -> float:
        """The height that it takes with the space to the next."""
        return round(self.size * 1.35)


@dataclass(frozen=True, slots=True)
class Card:
    """A box with its text; `step` is the step that it shows, where it shows one."""

    id: str
    look: Look
    lines: tuple[Line, ...]
    box: Box
    step: str | None = None
    is_current: bool = False


@dataclass(frozen=True, slots=True)
class Arrow:
    """A link with the lines of its label."""

    link: Link
    lines: tuple[Line, ...] = ()


@dataclass(frozen=True, slots=True)
class Parts:
    """Everything that is laid out."""

    cards: tuple[Card, ...]
    arrows: tuple[Arrow, ...]


def parts_of(definition: Definition, *, language: str, current: Set[str] = frozenset()) -> Parts:
    """The cards and arrows of a procedure version.

    Args:
        definition: the version.
        language: `vi`; any other gives English.
        current: ids of the steps that are open; ids that the version does not have show nothing.
    """
    cards = [_small("start", "start", ("Hồ sơ đầy đủ được tiếp nhận", "The complete dossier is received"), language)]
    cards += [_step_card(s, definition, language, is_current=s.id in current) for s in definition.steps]
    arrows = list(_starts(definition, language))
    for step in definition.steps:
        if step.join:
            cards.append(_small(f"join:{step.id}", "join", ("Chờ đủ các nhánh", "All branches are awaited"), language))
            arrows.append(_arrow(f"join:{step.id}", step.id, (), weight=3))
        for extra, leaving in _leaving(definition, step, language):
            cards += extra
            arrows += leaving
    return Parts(tuple(cards), tuple(arrows))


def entry(definition: Definition, step_id: str) -> str:
    """The id of the card at which arrows to a step arrive: the step, or the gate before it that awaits branches."""
    return f"join:{step_id}" if definition.step(step_id).join else step_id


def outcome_groups(step: Step) -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
    """Outcomes that lead to the same place, and the steps there (none: the end)."""
    groups: dict[tuple[str, ...], list[str]] = {}
    for outcome in step.outcomes:
        groups.setdefault(tuple(dict.fromkeys(step.targets(outcome))), []).append(outcome)
    return [(tuple(outcomes), targets) for targets, outcomes in groups.items()]


def outcome_name(step: Step, outcome: str, language: str) -> str:
    """The name of an outcome; `done` of an automatic step has its own wording; a nameless one shows its id."""
    names = step.outcome_names.get(outcome)
    if names is not None:
        return names.in_language(language)
    known = {"done": ("Xong", "Done"), "answered": ("Đã trả lời", "Answered"), "objected": ("Phản đối", "Objected")}
    return say(known[outcome], language) if outcome in known else outcome


def end_look(definition: Definition, step: Step) -> Look:
    """How a dossier ends after a step: issued or refused where that is sure, else just ended."""
    if step.does is Act.REFUSE:
        return "refused"
    if step.does in (Act.ISSUE_RESULT, Act.HAND_OVER):
        return "issued"
    before = _before(definition, step.id)
    issues = any(definition.step(s).does is Act.ISSUE_RESULT for s in before)
    refuses = any(definition.step(s).does is Act.REFUSE for s in before)
    if issues != refuses:
        return "issued" if issues else "refused"
    return "ended"


def _before(definition: Definition, step_id: str) -> set[str]:
    """Every step from which the step can be reached."""
    found: set[str] = set()
    waiting = [step_id]
    while waiting:
        current = waiting.pop()
        for step in definition.steps:
            if current in step.all_targets() and step.id not in found:
                found.add(step.id)
                waiting.append(step.id)
    return found


def start_groups(definition: Definition) -> dict[str, list[str]]:
    """The steps at which a dossier enters, each with the ids of its cases."""
    groups: dict[str, list[str]] = {}
    for case in definition.cases:
        groups.setdefault(case.start_step or definition.start, []).append(case.id)
    return groups


def _starts(definition: Definition, language: str) -> Iterator[Arrow]:
    groups = start_groups(definition)
    for number, (step_id, cases) in enumerate(groups.items()):
        names = [c.names.in_language(language) for c in definition.cases if c.id in cases]
        yield _arrow("start", entry(definition, step_id), names if len(groups) > 1 else (), weight=1 if number else 3)


def _leaving(definition: Definition, step: Step, language: str) -> Iterator[tuple[list[Card], list[Arrow]]]:
    """The arrows out of a step, with the cards that they need: ends, and gates that open branches in parallel."""
    many = len(step.outcomes) > 1
    for number, (outcomes, targets) in enumerate(outcome_groups(step)):
        names = [_label(step, o, language) for o in outcomes] if many else []
        weight = 1 if number else 3
        if not targets:
            look = end_look(definition, step)
            end = _small(f"{END}:{step.id}:{number}", look, _ENDS[look], language)
            yield [end], [_arrow(step.id, end.id, names, weight=weight)]
        elif len(targets) == 1:
            yield [], [_arrow(step.id, entry(definition, targets[0]), names, weight=weight)]
        else:
            fork = _small(f"fork:{step.id}:{number}", "fork", ("Tiến hành song song", "In parallel"), language)
            branches = [_arrow(fork.id, entry(definition, t), (), weight=1) for t in targets]
            yield [fork], [_arrow(step.id, fork.id, names, weight=weight), *branches]


_ENDS: dict[Look, tuple[str, str]] = {
    "issued": ("Kết thúc: đã trả kết quả", "End: result issued"),
    "refused": ("Kết thúc: từ chối", "End: refused"),
    "ended": ("Kết thúc", "End"),
}


def _label(step: Step, outcome: str, language: str) -> str:
    name = outcome_name(step, outcome, language)
    if step.kind is Kind.WAIT and step.answer_within and step.on_time_up == outcome:
        span = span_words(step.answer_within, language)
        return f"Hết {span}: {name}" if language == "vi" else f"After {span}: {name}"
    return name


def _arrow(source: str, target: str, names: list[str] | tuple[str, ...], *, weight: int) -> Arrow:
    bullet = "• " if len(names) > 1 else ""
    lines = tuple(Line(t) for name in names for t in wrap(bullet + name, LABEL_WIDTH, SMALL))
    if not lines:
        return Arrow(Link(source, target, None, weight))
    size = (max(width_of(t.text, t.size) for t in lines) + 8, sum(t.height for t in lines) + 4)
    return Arrow(Link(source, target, size, weight), lines)


def _small(name: str, look: Look, words: tuple[str, str], language: str) -> Card:
    """A card with one line: the start, an end, or a gate."""
    text = say(words, language)
    width = width_of(text, SMALL, bold=True) + 2 * PADDING + (0 if look in ("fork", "join") else ICON)
    return Card(name, look, (Line(text, SMALL, True),), Box(name, width, 28))


def _step_card(step: Step, definition: Definition, language: str, *, is_current: bool) -> Card:
    room = CARD_WIDTH - 2 * PADDING
    lines = [Line(t) for t in wrap(_caption(step, language), room - ICON, SMALL)]
    lines += [Line(t, NAME_SIZE, True) for t in wrap(step.names.in_language(language), room, NAME_SIZE, bold=True)]
    lines += [Line(t) for fact in _facts(step, language) for t in wrap(fact, room, SMALL)]
    if is_current:
        lines.append(Line(say(("▶ Hồ sơ đang ở bước này", "▶ The dossier is here"), language), SMALL, True))
    height = sum(line.height for line in lines) + PADDING
    return Card(step.id, step.kind.value, tuple(lines), Box(step.id, CARD_WIDTH, height), step.id, is_current)


def _caption(step: Step, language: str) -> str:
    """Who or what moves the step on."""
    kind = say(KINDS[step.kind], language)
    if step.kind is Kind.WAIT and step.wait_for and step.wait_for != "time":
        kind = say(WAITS[step.wait_for], language)
        kind = kind[0].upper() + kind[1:] if language == "vi" else f"Wait {kind}"
    if step.role is None:
        return kind
    role = say(ROLES[step.role], language)
    return role if step.kind is Kind.HUMAN else f"{kind} · {role}"


def _facts(step: Step, language: str) -> Iterator[str]:
    """What a reader must know besides the name: limits, who is asked, what silence means, what is opened."""
    vietnamese = language == "vi"
    if step.bodies:
        yield ("Hỏi: " if vietnamese else "Asks: ") + "; ".join(step.bodies)
    if step.answer_within is not None:
        span = span_words(step.answer_within, language)
        yield f"{say(_span_word(step), language)} {span}"
    if step.kind is Kind.CONSULTATION:
        yield silence_words(step, language)
    for opened in step.opens:
        yield f"+ {opened.names.in_language(language)} ({opened.body})"
    if step.limit_hours is not None:
        span = amount_words(step.limit_hours, "working_hours", language)
        yield f"Nội bộ: {span}" if vietnamese else f"Internal: {span}"


def _span_word(step: Step) -> tuple[str, str]:
    if step.kind is Kind.CONSULTATION:
        return ("Trả lời trong", "Answer within")
    return ("Kéo dài", "Lasts") if step.wait_for == "time" else ("Nhiều nhất", "At most")


def silence_words(step: Step, language: str) -> str:
    """What it means that a consulted body does not answer in time."""
    words = {
        "consent": ("Im lặng: coi như đồng ý", "Silence: deemed consent"),
        "proceed": ("Im lặng: làm tiếp, không có ý kiến", "Silence: go on without an answer"),
        None: ("Im lặng: vẫn chờ trả lời", "Silence: the answer is still awaited"),
    }
    return say(words[step.on_silence], language)
