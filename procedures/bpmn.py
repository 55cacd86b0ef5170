"""A procedure version as BPMN 2.0 XML with diagram, for modelling tools and other engines.

Conditions and durations are quoted expressions as Python writes them (`outcome_of_check == "complete"`, `"P10D"`).
Working days become calendar ones in timers, because BPMN has no others; the documentation says so each time.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

from procedures.bpmn_parts import EVENT, Flow, Node, Process, process_documentation, process_id, process_of
from procedures.layout import Box, Layout, Link, Point, Rect, lay_out
from procedures.lettering import width_of, wrap
from procedures.plain_words import ROLES
from procedures.schema import Definition
from procedures.steps import Role

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
BPMNDI = "http://www.omg.org/spec/BPMN/20100524/DI"
DC = "http://www.omg.org/spec/DD/20100524/DC"
DI = "http://www.omg.org/spec/DD/20100524/DI"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
TARGET = "urn:motcua:procedures"
_PREFIXES = {"bpmn": BPMN, "bpmndi": BPMNDI, "dc": DC, "di": DI, "xsi": XSI}
_EXPRESSIONS = "https://www.python.org/"
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_LABEL_SIZE, _LABEL_WIDTH, _BESIDE = 12.0, 110.0, 5.0
_CLEAR = 32.0
"""Room below a task for the half of a boundary event."""


def bpmn_xml(definition: Definition) -> str:
    """The version as a BPMN 2.0 document in Vietnamese; the same definition gives the same text."""
    for prefix, uri in _PREFIXES.items():
        ET.register_namespace(prefix, uri)
    process = process_of(definition)
    root = ET.Element(
        _tag("definitions"),
        {
            "id": f"Definitions_{definition.code.replace('.', '_')}_v{definition.version}",
            "xmlns": TARGET,
            "targetNamespace": TARGET,
            "expressionLanguage": _EXPRESSIONS,
            "exporter": "motcua",
        },
    )
    roles = [role for role in Role if any(n.role is role for n in process.nodes)]
    for role in roles:
        ET.SubElement(root, _tag("resource"), {"id": f"Role_{role.value}", "name": ROLES[role][0]})
    _write_process(root, definition, process, roles)
    _write_diagram(root, definition, process)
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _tag(name: str, namespace: str = BPMN) -> str:
    return f"{{{namespace}}}{name}"


def _text(text: str) -> str:
    """Text without what XML cannot hold."""
    return _NOT_XML.sub("", text)


def _child(parent: ET.Element, name: str, text: str, **attributes: str) -> ET.Element:
    found = ET.SubElement(parent, _tag(name), attributes)
    found.text = _text(text)
    return found


def _write_process(root: ET.Element, definition: Definition, process: Process, roles: list[Role]) -> None:
    name = _text(definition.names.vi)
    element = ET.SubElement(
        root, _tag("process"), {"id": process_id(definition.code), "name": name, "isExecutable": "true"}
    )
    _child(element, "documentation", "\n".join(process_documentation(definition)))
    if roles:
        lanes = ET.SubElement(element, _tag("laneSet"), {"id": "Lanes"})
        for role in roles:
            lane = ET.SubElement(lanes, _tag("lane"), {"id": f"Lane_{role.value}", "name": ROLES[role][0]})
            for node in process.nodes:
                if node.role is role:
                    _child(lane, "flowNodeRef", node.id)
    for node in process.nodes:
        _write_node(element, node, process)
    for flow in process.flows:
        _write_flow(element, flow)


def _write_node(parent: ET.Element, node: Node, process: Process) -> None:
    attributes = {"id": node.id}
    if node.name:
        attributes["name"] = _text(node.name)
    if node.attached_to:
        attributes["attachedToRef"] = node.attached_to
    if node.called:
        attributes["calledElement"] = node.called
    element = ET.SubElement(parent, _tag(node.tag), attributes)
    if node.documentation:
        _child(element, "documentation", node.documentation)
    for flow in process.flows:
        if flow.target == node.id:
            _child(element, "incoming", flow.id)
    for flow in process.flows:
        if flow.source == node.id:
            _child(element, "outgoing", flow.id)
    if node.duration:
        timer = ET.SubElement(element, _tag("timerEventDefinition"), {"id": f"Timer_{node.id}"})
        _expression(timer, "timeDuration", f'"{node.duration}"')
    elif node.ends_all:
        ET.SubElement(element, _tag("terminateEventDefinition"), {"id": f"Terminate_{node.id}"})
    elif node.role:
        owner = ET.SubElement(element, _tag("potentialOwner"), {"id": f"Owner_{node.id}", "name": ROLES[node.role][0]})
        _child(owner, "resourceRef", f"Role_{node.role.value}")


def _write_flow(parent: ET.Element, flow: Flow) -> None:
    attributes = {"id": flow.id, "sourceRef": flow.source, "targetRef": flow.target}
    if flow.name:
        attributes["name"] = _text(flow.name)
    element = ET.SubElement(parent, _tag("sequenceFlow"), attributes)
    if flow.condition:
        _expression(element, "conditionExpression", flow.condition)


def _expression(parent: ET.Element, name: str, text: str) -> None:
    _child(parent, name, text, **{_tag("type", XSI): "bpmn:tFormalExpression"})


def _write_diagram(root: ET.Element, definition: Definition, process: Process) -> None:
    attached = {n.id: n.attached_to for n in process.nodes if n.attached_to}
    layout = lay_out(
        [n.box for n in process.nodes if n.box],
        [Link(attached.get(f.source, f.source), f.target, _label_size(f.name), f.weight) for f in process.flows],
        clear=_CLEAR,
    )
    diagram = ET.SubElement(root, _tag("BPMNDiagram", BPMNDI), {"id": "Diagram"})
    plane = ET.SubElement(
        diagram, _tag("BPMNPlane", BPMNDI), {"id": "Plane", "bpmnElement": process_id(definition.code)}
    )
    starts = {f.source: r.points[0] for f, r in zip(process.flows, layout.routes, strict=True)}
    for node in process.nodes:
        _write_shape(plane, node, layout, starts)
    for flow, route in zip(process.flows, layout.routes, strict=True):
        first = route.points[0]
        points = [(first[0], first[1] + EVENT / 2) if flow.source in attached else first, *route.points[1:]]
        edge = ET.SubElement(plane, _tag("BPMNEdge", BPMNDI), {"id": f"Edge_{flow.id}", "bpmnElement": flow.id})
        for x, y in points:
            ET.SubElement(edge, _tag("waypoint", DI), {"x": f"{x:.1f}", "y": f"{y:.1f}"})
        if route.label:
            (x, _), room = route.label.centre, route.label
            beside = Rect(x + _BESIDE, room.y, room.width / 2 - _BESIDE, room.height)
            _bounds(ET.SubElement(edge, _tag("BPMNLabel", BPMNDI)), beside)


def _label_size(text: str) -> tuple[float, float] | None:
    """The room of a name beside its line: tools draw the line through, so the name takes the right half only."""
    if not text:
        return None
    lines = wrap(text, _LABEL_WIDTH, _LABEL_SIZE)
    return (2 * (max(width_of(t, _LABEL_SIZE) for t in lines) + _BESIDE), len(lines) * _LABEL_SIZE * 1.3 + 4)


def _write_shape(plane: ET.Element, node: Node, layout: Layout, starts: dict[str, Point]) -> None:
    shape = ET.SubElement(plane, _tag("BPMNShape", BPMNDI), {"id": f"Shape_{node.id}", "bpmnElement": node.id})
    if node.box is None:
        x, y = starts[node.id]
        _bounds(shape, Rect(x - EVENT / 2, y - EVENT / 2, EVENT, EVENT))
        return
    drawn, label = _drawn(node, node.box, layout.boxes[node.id])
    _bounds(shape, drawn)
    if label:
        _bounds(ET.SubElement(shape, _tag("BPMNLabel", BPMNDI)), label)


def _drawn(node: Node, box: Box, rect: Rect) -> tuple[Rect, Rect | None]:
    """The symbol of a node and, of an event, the place of its name; together they fill the rectangle."""
    left = rect.centre[0] - EVENT / 2
    if node.tag == "startEvent":
        symbol = Rect(left, rect.bottom - EVENT, EVENT, EVENT)
        return symbol, Rect(rect.x, rect.y, rect.width, rect.height - EVENT - 2)
    if node.tag == "endEvent":
        symbol = Rect(left, rect.y, EVENT, EVENT)
        return symbol, Rect(rect.x, symbol.bottom + 2, rect.width, rect.height - EVENT - 2)
    if node.tag == "intermediateCatchEvent":
        symbol = Rect(left, rect.centre[1] - EVENT / 2, EVENT, EVENT)
        return symbol, Rect(symbol.right + 4, rect.y, rect.right - symbol.right - 4, rect.height)
    return rect, None


def _bounds(parent: ET.Element, rect: Rect) -> None:
    sizes = {"x": rect.x, "y": rect.y, "width": rect.width, "height": rect.height}
    ET.SubElement(parent, _tag("Bounds", DC), {k: f"{v:.1f}" for k, v in sizes.items()})
