"""The steps of a definition as a graph: what leads where, what is parallel, which path is the longest."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from itertools import combinations

from procedures.schema import Definition
from procedures.steps import END, Step


@dataclass(frozen=True)
class Fork:
    """An outcome that opens several steps at once."""

    step: str
    outcome: str
    branches: tuple[str, ...]


@dataclass(frozen=True)
class StepGraph:
    """The steps by id with their known targets; targets that do not exist are left out (another check reports them)."""

    definition: Definition

    @cached_property
    def steps(self) -> dict[str, Step]:
        """The steps by id; of a repeated id the first."""
        found: dict[str, Step] = {}
        for step in self.definition.steps:
            found.setdefault(step.id, step)
        return found

    @cached_property
    def next(self) -> dict[str, frozenset[str]]:
        """The steps that each step leads to."""
        return {name: frozenset(t for t in step.all_targets() if t in self.steps) for name, step in self.steps.items()}

    @cached_property
    def starts(self) -> tuple[str, ...]:
        """The steps at which a case may enter, the procedure's own start first."""
        named = (self.definition.start, *(c.start_step for c in self.definition.cases if c.start_step))
        return tuple(dict.fromkeys(n for n in named if n in self.steps))

    def reachable(self, start: Iterable[str], stop: Callable[[str], bool] | None = None) -> set[str]:
        """Every step that can follow, the starts included; nothing is followed beyond a step where `stop` holds."""
        seen: set[str] = set()
        waiting = list(start)
        while waiting:
            current = waiting.pop()
            if current in seen:
                continue
            seen.add(current)
            if stop is None or not stop(current):
                waiting.extend(self.next[current])
        return seen

    def ends(self, step: str) -> bool:
        """Whether some outcome of the step ends the dossier."""
        return any(END in _as_tuple(value) for value in self.steps[step].outcomes.values())

    def reaching_end(self) -> set[str]:
        """Every step from which an end can be reached."""
        before: dict[str, set[str]] = {name: set() for name in self.steps}
        for name, targets in self.next.items():
            for target in targets:
                before[target].add(name)
        found: set[str] = set()
        waiting = [name for name in self.steps if self.ends(name)]
        while waiting:
            current = waiting.pop()
            if current not in found:
                found.add(current)
                waiting.extend(before[current])
        return found

    def can_end_avoiding(self, avoided: Callable[[Step], bool]) -> set[str]:
        """Every step from which all branches of some run can end without passing a step that is avoided."""
        free = {name for name, step in self.steps.items() if not avoided(step)}
        found: set[str] = set()
        changed = True
        while changed:
            changed = False
            for name in free - found:
                if any(self._all_end(value, found) for value in self.steps[name].outcomes.values()):
                    found.add(name)
                    changed = True
        return found

    @staticmethod
    def _all_end(value: str | tuple[str, ...], found: set[str]) -> bool:
        return all(t == END or t in found for t in _as_tuple(value))

    @cached_property
    def forks(self) -> tuple[Fork, ...]:
        """Every outcome with several targets."""
        return tuple(
            Fork(name, outcome, branches)
            for name, step in self.steps.items()
            for outcome in step.outcomes
            if len(branches := tuple(dict.fromkeys(t for t in step.targets(outcome) if t in self.steps))) > 1
        )

    def branch_pairs(self, fork: Fork) -> Iterator[tuple[str, str]]:
        """Every two branches of a fork."""
        return combinations(fork.branches, 2)

    def longest_hours(self, start: str) -> Decimal:
        """The most internal hours on a path from a step; steps of a loop count once each."""
        order = self._components(start)
        hours: dict[str, Decimal] = {}
        for component in order:
            own = sum((self.steps[s].limit_hours or Decimal(0) for s in component), Decimal(0))
            after = max((hours[t] for s in component for t in self.next[s] if t not in component), default=Decimal(0))
            for step in component:
                hours[step] = own + after
        return hours[start]

    def _components(self, start: str) -> list[frozenset[str]]:
        """Strongly connected steps, later ones first (steps are few: two reachability sets per step are enough)."""
        inside = self.reachable([start])
        ahead = {s: self.reachable(self.next[s]) for s in inside}
        components = {frozenset({s} | {t for t in ahead[s] if s in ahead[t]}) for s in inside}
        return sorted(components, key=lambda c: (len(ahead[min(c)] - c), min(c)))


def _as_tuple(value: str | tuple[str, ...]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else value
