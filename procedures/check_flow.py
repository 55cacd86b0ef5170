"""Checks of the steps: everything is reachable, ends, joins, and issues one result."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import permutations

from procedures.findings import Finding, did_you_mean
from procedures.graph import Fork, StepGraph
from procedures.schema import Definition
from procedures.steps import END, Act, Automatic, Kind, Step

_MAXIMUM_JOIN = 6
"""Above this many members a join is not tried against every order of branches."""


def check_flow(definition: Definition) -> Iterator[Finding]:
    """All findings about the steps of one definition. Follow-up checks wait until targets and ids are sound."""
    broken = [*_targets(definition), *_join_members(definition)]
    yield from broken
    yield from _outcome_names(definition)
    if broken:
        return
    graph = StepGraph(definition)
    yield from _reachability(graph)
    yield from _parallel(graph)
    yield from _results(graph)
    yield from _automatic_duties(graph)


def _index(definition: Definition) -> dict[str, int]:
    return {s.id: n for n, s in reversed(list(enumerate(definition.steps)))}


def _targets(definition: Definition) -> Iterator[Finding]:
    known = [s.id for s in definition.steps]
    entries: list[tuple[tuple[str | int, ...], str]] = [(("start",), definition.start)]
    entries += [(("cases", n, "start_step"), c.start_step) for n, c in enumerate(definition.cases) if c.start_step]
    for n, step in enumerate(definition.steps):
        for outcome, value in step.outcomes.items():
            targets = (value,) if isinstance(value, str) else value
            entries += [(("steps", n, "outcomes", outcome), t) for t in targets if t != END]
            if END in targets and len(targets) > 1:
                yield Finding("end_beside_steps", ("steps", n, "outcomes", outcome), {"outcome": outcome})
    for path, target in entries:
        if target not in known:
            yield Finding("unknown_step", path, {"target": target, **did_you_mean(target, known)})


def _join_members(definition: Definition) -> Iterator[Finding]:
    steps = {s.id: s for s in definition.steps}
    for n, step in enumerate(definition.steps):
        if not step.join:
            continue
        for member in step.join:
            if member not in steps or step.id not in steps[member].all_targets():
                yield Finding("joins_unknown", ("steps", n, "join"), {"member": member})
        for other in definition.steps:
            if step.id in other.all_targets() and other.id not in step.join:
                yield Finding("leads_to_join_unnamed", ("steps", n, "join"), {"member": other.id, "step": step.id})


def _outcome_names(definition: Definition) -> Iterator[Finding]:
    for n, step in enumerate(definition.steps):
        for name in step.outcome_names:
            if name not in step.outcomes:
                facts = {"outcome": name, **did_you_mean(name, list(step.outcomes))}
                yield Finding("names_no_outcome", ("steps", n, "outcome_names", name), facts)
        if step.kind in (Kind.AUTOMATIC, Kind.LINKED):
            continue
        for outcome in step.outcomes:
            if outcome not in step.outcome_names:
                yield Finding("unnamed_outcome", ("steps", n, "outcomes", outcome), {"outcome": outcome})


def _reachability(graph: StepGraph) -> Iterator[Finding]:
    index = _index(graph.definition)
    reached, ending = graph.reachable(graph.starts), graph.reaching_end()
    for name, n in sorted(index.items(), key=lambda item: item[1]):
        if name not in reached:
            yield Finding("unreachable_step", ("steps", n), {"step": name})
        elif name not in ending:
            yield Finding("no_end", ("steps", n, "outcomes"), {"step": name})


def _parallel(graph: StepGraph) -> Iterator[Finding]:
    index = _index(graph.definition)
    met: set[str] = set()
    for fork in graph.forks:
        for one, other in graph.branch_pairs(fork):
            for name in sorted(_meeting_points(graph, one, other, fork) - met, key=index.__getitem__):
                met.add(name)
                yield Finding("branches_meet", ("steps", index[name]), {"fork": fork.step, "step": name})
    for name, n in index.items():
        join = graph.steps[name].join
        if join and not any(_fork_feeds(graph, fork, join) for fork in graph.forks):
            yield Finding("join_never_opens", ("steps", n, "join"), {"step": name, "members": ", ".join(join)})


def _meeting_points(graph: StepGraph, one: str, other: str, fork: Fork) -> set[str]:
    """The first steps that both branches open; what only follows them is not named again."""
    first, second = _before_joins(graph, one, fork), _before_joins(graph, other, fork)
    common = first & second
    entered = {t for s in (first | second) - common for t in graph.next[s]} | {one, other}
    return common & entered


def _before_joins(graph: StepGraph, branch: str, fork: Fork) -> set[str]:
    """What a branch opens by itself.

    A join is the meeting point, a loop back to the fork starts anew, a refusal ends every branch: none of them counts.
    """

    def stops(name: str) -> bool:
        return bool(graph.steps[name].join) or name == fork.step or graph.steps[name].does is Act.REFUSE

    return {name for name in graph.reachable([branch], stop=stops) if not stops(name)}


def _fork_feeds(graph: StepGraph, fork: Fork, join: tuple[str, ...]) -> bool:
    """Whether the branches can reach all members at the same time, each member by a branch of its own."""
    if len(fork.branches) < len(join):
        return False
    reach = {b: graph.reachable([b]) for b in fork.branches}
    if len(join) > _MAXIMUM_JOIN:
        return all(any(m in reach[b] for b in fork.branches) for m in join)
    return any(
        all(member in reach[branch] for member, branch in zip(join, chosen, strict=True))
        for chosen in permutations(fork.branches, len(join))
    )


def _does(step: Step, act: Act | Automatic) -> bool:
    return step.does is act


def _results(graph: StepGraph) -> Iterator[Finding]:
    index = _index(graph.definition)
    closing = graph.can_end_avoiding(lambda s: s.does in (Act.ISSUE_RESULT, Act.REFUSE))
    for start in graph.starts:
        if start in closing:
            yield Finding("ends_without_result", ("steps", index[start]), {"step": start})
    without_hand_over = graph.can_end_avoiding(lambda s: _does(s, Act.HAND_OVER))
    for name, step in graph.steps.items():
        if not _does(step, Act.ISSUE_RESULT):
            continue
        path, facts = ("steps", index[name]), {"step": name}
        after = [graph.steps[s] for s in graph.reachable(graph.next[name])]
        if any(_does(s, Act.ISSUE_RESULT) for s in after):
            yield Finding("result_twice", path, facts)
        if any(_does(s, Act.REFUSE) for s in after):
            yield Finding("refuses_after_result", path, facts)
        if name in without_hand_over:
            yield Finding("no_hand_over", path, facts)
        if not any(_does(s, Automatic.PUBLISH_RESULT) for s in after):
            yield Finding("not_published", path, facts)


def _automatic_duties(graph: StepGraph) -> Iterator[Finding]:
    index = _index(graph.definition)
    if not any(_does(s, Act.REFUSE) for s in graph.steps.values()):
        yield Finding("no_refusal", ("steps",), {})
    for start in graph.starts:
        if not _does(graph.steps[start], Automatic.ISSUE_RECEIPT):
            yield Finding("no_receipt", ("steps", index[start]), {"step": start})
