"""A procedure version as the nodes and flows of a BPMN process. Ids that are not a step's own begin with a capital.

A step becomes one activity (or a timer event); what BPMN draws apart gets a node of its own: the choice between
outcomes, parallel branches and their join, the end of a waiting time, linked dossiers.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Literal

from procedures.diagram_parts import end_look, entry, outcome_name, silence_words, start_groups
from procedures.layout import Box
from procedures.lettering import width_of, wrap
from procedures.plain_words import limit_words, span_words
from procedures.schema import Definition
from procedures.steps import Kind, Role, Step, StepLimit

Tag = Literal[
    "startEvent", "endEvent", "intermediateCatchEvent", "boundaryEvent", "userTask", "serviceTask", "callActivity",
    "exclusiveGateway", "parallelGateway",
]  # fmt: skip

EVENT, GATEWAY, TASK_WIDTH = 36.0, 50.0, 170.0
TEXT = 12.0
_LABEL_WIDTH = 110.0


@dataclass(frozen=True, slots=True)
class Node:
    """A flow node; `box` is what it takes up in the diagram with its name (a boundary event takes up nothing)."""

    id: str
    tag: Tag
    name: str = ""
    box: Box | None = None
    documentation: str = ""
    role: Role | None = None
    duration: str = ""
    attached_to: str = ""
    called: str = ""
    ends_all: bool = False
    """Of an end: whether it closes what is still open elsewhere."""


@dataclass(frozen=True, slots=True)
class Flow:
    """A sequence flow; `condition` is an expression over the data of the process."""

    id: str
    source: str
    target: str
    name: str = ""
    condition: str = ""
    weight: int = 1


@dataclass(frozen=True, slots=True)
class Process:
    """The nodes and flows of a version, in the order of its steps."""

    nodes: tuple[Node, ...]
    flows: tuple[Flow, ...]


def process_id(code: str) -> str:
    """The id of the process of a procedure code; versions share it, so that other processes can call it."""
    return f"Procedure_{code.replace('.', '_')}"


def process_of(definition: Definition) -> Process:
    """Every node and flow of a procedure version, named in Vietnamese."""
    return _Builder(definition).build()


def iso_duration(limit: StepLimit) -> str:
    """The limit as an ISO 8601 duration; working days and hours as if they were calendar ones: BPMN has no others."""
    if limit.unit in ("hours", "working_hours"):
        return _hours(limit.amount)
    if limit.amount == limit.amount.to_integral_value():
        return f"P{int(limit.amount)}D"
    return _hours(limit.amount * 24)


def _hours(amount: Decimal) -> str:
    hours, minutes = divmod(round(amount * 60), 60)
    return f"PT{hours}H" + (f"{minutes}M" if minutes else "")


class _Builder:
    """Collects nodes and flows; every gate and end is made once."""

    def __init__(self, definition: Definition) -> None:
        self.definition = definition
        self.sources = {b.id: b for b in definition.legal_basis}
        self.nodes: dict[str, Node] = {}
        self.flows: list[Flow] = []

    def build(self) -> Process:
        self._start()
        for step in self.definition.steps:
            if step.join:
                self._add(_gateway(f"Join_{step.id}", "parallelGateway"))
                self._flow(f"Join_{step.id}", step.id, weight=3)
            self._add(self._activity(step))
            self._leave(step, self._link(step))
            self._time_up(step)
        for step in self.definition.steps:
            self._merge_before_join(step)
        return Process(tuple(self.nodes.values()), tuple(self.flows))

    def _merge_before_join(self, step: Step) -> None:
        """A join awaits every flow that leads to it, so several ways out of one branch become one flow."""
        for member in step.join:
            origins = (member, f"Decide_{member}", f"TimeUp_{member}")
            ways = [i for i, f in enumerate(self.flows) if f.target == f"Join_{step.id}" and f.source in origins]
            if len(ways) > 1:
                merge = self._add(_gateway(f"Merge_{step.id}_{member}", "exclusiveGateway"))
                for number in ways:
                    self.flows[number] = replace(self.flows[number], target=merge)
                self._flow(merge, f"Join_{step.id}", weight=3)

    def _add(self, node: Node) -> str:
        self.nodes.setdefault(node.id, node)
        return node.id

    def _flow(self, source: str, target: str, name: str = "", condition: str = "", weight: int = 1) -> None:
        self.flows.append(Flow(f"Flow_{len(self.flows) + 1}", source, target, name, condition, weight))

    def _entry(self, step_id: str) -> str:
        return entry(self.definition, step_id).replace("join:", "Join_")

    def _start(self) -> None:
        self._add(_event("Received", "startEvent", "Hồ sơ đầy đủ được tiếp nhận"))
        groups = start_groups(self.definition)
        if len(groups) == 1:
            self._flow("Received", self._entry(next(iter(groups))), weight=3)
            return
        self._flow("Received", self._add(_gateway("ChooseCase", "exclusiveGateway")), weight=3)
        for step_id, cases in groups.items():
            for case in cases:
                name = self.definition.case(case).names.vi
                self._flow("ChooseCase", self._entry(step_id), name, f"procedure_case == {_quoted(case)}")

    def _activity(self, step: Step) -> Node:
        name = step.names.vi
        documentation = "\n".join(_documentation(step, self.sources_of(step)))
        if step.kind is Kind.WAIT and step.answer_within and list(step.outcomes) == [step.on_time_up]:
            node = _event(step.id, "intermediateCatchEvent", name)
            return replace(node, documentation=documentation, role=step.role, duration=iso_duration(step.answer_within))
        tag: Tag = "serviceTask" if step.kind in (Kind.AUTOMATIC, Kind.LINKED) else "userTask"
        return Node(step.id, tag, name, _task_box(step.id, name), documentation, step.role)

    def sources_of(self, step: Step) -> list[str]:
        """The documents that say what silence means."""
        found = [self.sources[s] for s in step.silence_source if s in self.sources]
        return [f"{b.document}, {b.article}" if b.article else b.document for b in found]

    def _link(self, step: Step) -> str:
        """Linked dossiers run on beside this process; the answer is the node that the outcomes leave from."""
        if not step.opens:
            return step.id
        fork = self._add(_gateway(f"Open_{step.id}", "parallelGateway"))
        self._flow(step.id, fork, weight=3)
        for number, opened in enumerate(step.opens, start=1):
            name = f"{opened.names.vi} ({opened.body})"
            call = f"Linked_{step.id}_{number}"
            self._add(Node(call, "callActivity", name, _task_box(call, name), called=process_id(opened.procedure)))
            self._add(_event(f"End_{call}", "endEvent", "Hồ sơ liên thông xong"))
            self._flow(fork, call)
            self._flow(call, f"End_{call}")
        return fork

    def _leave(self, step: Step, source: str) -> None:
        outcomes = list(step.outcomes)
        if len(outcomes) == 1:
            name = "" if outcomes == ["done"] else outcome_name(step, outcomes[0], "vi")
            self._flow(source, self._target(step, outcomes[0]), name, weight=3)
            return
        gate = self._add(_gateway(f"Decide_{step.id}", "exclusiveGateway"))
        self._flow(source, gate, weight=3)
        for number, outcome in enumerate(outcomes):
            name, condition = outcome_name(step, outcome, "vi"), f"{outcome_variable(step.id)} == {_quoted(outcome)}"
            self._flow(gate, self._target(step, outcome), name, condition, weight=1 if number else 3)

    def _target(self, step: Step, outcome: str) -> str:
        """The node that an outcome leads to, made where the steps have none."""
        targets = tuple(dict.fromkeys(step.targets(outcome)))
        if not targets:
            look = end_look(self.definition, step)
            name = {"issued": "Đã trả kết quả", "refused": "Từ chối"}.get(look, "Kết thúc")
            return self._add(replace(_event(f"End_{step.id}", "endEvent", name), ends_all=look == "refused"))
        if len(targets) == 1:
            return self._entry(targets[0])
        fork = f"Fork_{step.id}_{list(step.outcomes).index(outcome) + 1}"
        if fork not in self.nodes:
            self._add(_gateway(fork, "parallelGateway"))
            for target in targets:
                self._flow(fork, self._entry(target))
        return fork

    def _time_up(self, step: Step) -> None:
        """A boundary timer where the end of the time moves the step on by itself."""
        if step.answer_within is None or self.nodes[step.id].tag != "userTask":
            return
        outcome = step.on_time_up if step.kind is Kind.WAIT else "answered" if step.on_silence else None
        if outcome is None:
            return
        timer = Node(
            f"TimeUp_{step.id}",
            "boundaryEvent",
            documentation=_approximate(step.answer_within),
            duration=iso_duration(step.answer_within),
            attached_to=step.id,
        )
        self._add(timer)
        meaning = outcome_name(step, outcome, "vi") if step.kind is Kind.WAIT else silence_words(step, "vi")
        name = f"Hết {span_words(step.answer_within, 'vi')}: {meaning}"
        self._flow(timer.id, self._target(step, outcome), name)


def _quoted(text: str) -> str:
    """A text as an expression writes it."""
    return json.dumps(text, ensure_ascii=False)


def outcome_variable(step_id: str) -> str:
    """The name of the datum that holds the outcome of a step."""
    return f"outcome_of_{step_id}"


def _gateway(name: str, tag: Tag) -> Node:
    return Node(name, tag, box=Box(name, GATEWAY, GATEWAY, "diamond", port_gap=12))


def _event(name: str, tag: Tag, text: str) -> Node:
    """An event with its name beside it: above a start, below an end, to the right of one in between."""
    between = tag == "intermediateCatchEvent"
    lines = wrap(text, max(_LABEL_WIDTH, width_of(text, TEXT) * 0.7) if between else _LABEL_WIDTH, TEXT)
    width = max(width_of(t, TEXT) for t in lines) + 4
    height = len(lines) * TEXT * 1.3 + 4
    if between:
        return Node(name, tag, text, Box(name, EVENT + 2 * (width + 8), EVENT, ports=0))
    return Node(name, tag, text, Box(name, max(EVENT, width), EVENT + height, ports=0))


def _task_box(name: str, text: str) -> Box:
    lines = len(wrap(text, TASK_WIDTH - 16, TEXT))
    return Box(name, TASK_WIDTH, max(80.0, lines * TEXT * 1.3 + 40), port_gap=46)


def _approximate(limit: StepLimit) -> str:
    if not limit.unit.startswith("working"):
        return span_words(limit, "vi")
    return f"{span_words(limit, 'vi')}, theo lịch làm việc; thời lượng trong tệp chỉ gần đúng."


def _documentation(step: Step, sources: list[str]) -> Iterator[str]:
    """What an officer must know at a step, a paragraph each."""
    if step.bodies:
        yield "Hỏi: " + "; ".join(step.bodies)
    if step.answer_within is not None:
        yield "Thời hạn: " + _approximate(step.answer_within)
    if step.kind is Kind.CONSULTATION:
        yield silence_words(step, "vi")
    if sources:
        yield "Căn cứ: " + "; ".join(sources)
    if step.limit_hours is not None:
        yield f"Thời hạn nội bộ: {step.limit_hours.normalize():f} giờ làm việc"
    if step.guidance:
        yield step.guidance
    if step.check_question:
        yield "Câu hỏi kiểm tra: " + step.check_question
    for fault in step.common_faults:
        yield "Lỗi thường gặp: " + fault


def process_documentation(definition: Definition) -> Iterator[str]:
    """What holds for the whole procedure, a paragraph each: version, limits, sources, review, guidance."""
    day = definition.effective.from_
    until = definition.effective.until
    yield f"{definition.names.vi}. Mã {definition.code}, phiên bản {definition.version}, hiệu lực từ {day:%d/%m/%Y}" + (
        f" đến trước {until:%d/%m/%Y}." if until else "."
    )
    for case in definition.cases:
        yield f"Thời hạn – {case.names.vi}: {limit_words(case.time_limit, 'vi')}"
    for basis in definition.legal_basis:
        yield "Căn cứ: " + (f"{basis.document}, {basis.article}" if basis.article else basis.document)
    checked = definition.review.status == "verified"
    yield "Đã đối chiếu với văn bản." if checked else "Chưa đối chiếu với văn bản."
    if definition.review.note:
        yield definition.review.note
    if definition.guidance:
        yield definition.guidance
