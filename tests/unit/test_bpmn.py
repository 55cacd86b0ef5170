"""Another engine loads every procedure and walks it to its end; the official schema accepts it; what stands where."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Iterator

import pytest
from lxml import etree
from SpiffWorkflow.bpmn.parser.BpmnParser import BpmnParser, BpmnValidator
from SpiffWorkflow.bpmn.specs.defaults import ServiceTask
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from procedures.bpmn import bpmn_xml
from procedures.bpmn_parts import iso_duration, process_id
from procedures.catalogue import load_catalogue
from procedures.schema import Definition
from procedures.steps import Act, StepLimit
from tests.exchange_sample import STEPS, sample, step

DEFINITIONS = load_catalogue().definitions
NS = {
    "b": "http://www.omg.org/spec/BPMN/20100524/MODEL",
    "di": "http://www.omg.org/spec/BPMN/20100524/DI",
    "dc": "http://www.omg.org/spec/DD/20100524/DC",
    "d": "http://www.omg.org/spec/DD/20100524/DI",
}
STUB = """<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="urn:test">
<process id="{id}" isExecutable="true"><startEvent id="Received"/><endEvent id="Done"/>
<sequenceFlow id="F" sourceRef="Received" targetRef="Done"/></process></definitions>"""
VALIDATOR = BpmnValidator()


def loaded(definition: Definition) -> BpmnWorkflow:
    """The procedure as a workflow of the other engine, with empty stand-ins for the procedures that it calls."""
    parser = BpmnParser(validator=VALIDATOR)
    parser.add_bpmn_str(bpmn_xml(definition).encode(), f"{definition.code}.bpmn")
    for called in {o.procedure for s in definition.steps for o in s.opens}:
        parser.add_bpmn_str(STUB.format(id=process_id(called)).encode())
    name = process_id(definition.code)
    return BpmnWorkflow(parser.get_spec(name), parser.get_subprocess_specs(name))


def leads_to_result(definition: Definition) -> set[str]:
    """The steps from which a result can be issued."""
    found = {s.id for s in definition.steps if s.does is Act.ISSUE_RESULT}
    for _ in definition.steps:
        found |= {s.id for s in definition.steps if s.all_targets() & found}
    return found


def happy_outcomes(definition: Definition) -> dict[str, list[str]]:
    """Per step the outcomes that lead on towards the result, in order."""
    good = leads_to_result(definition)
    return {s.id: [o for o in s.outcomes if set(s.targets(o)) & good] or list(s.outcomes) for s in definition.steps}


def walk(definition: Definition, outcomes: dict[str, list[str]], *, in_time: bool = True) -> list[str]:
    """The ids of the nodes that the other engine completes, in order.

    Args:
        definition: the procedure.
        outcomes: per step what to answer; at the second visit the second, and so on; the last one from then on.
        in_time: False lets every timer elapse instead of finishing the step that it is attached to.
    """
    workflow = loaded(definition)
    workflow.task_tree.data["procedure_case"] = definition.case(None).id
    visits: Counter[str] = Counter()
    for _ in range(200):
        workflow.do_engine_steps()
        if workflow.completed:
            break
        started = [t for t in workflow.get_tasks(state=TaskState.STARTED) if isinstance(t.task_spec, ServiceTask)]
        if started:
            started[0].complete()
            continue
        waiting = [t for t in timers(workflow) if not in_time or t.task_spec.name in outcomes]
        ready = workflow.get_tasks(state=TaskState.READY, manual=True)
        assert waiting or ready, "stuck"
        if waiting:
            waiting[0].internal_data["event_value"] = "2020-01-01T00:00:00+00:00"
            workflow.refresh_timers()
            continue
        name = ready[0].task_spec.name
        chosen = outcomes[name][min(visits[name], len(outcomes[name]) - 1)]
        visits[name] += 1
        ready[0].data[f"outcome_of_{name}"] = chosen
        ready[0].run()
    assert workflow.completed
    done = sorted(workflow.get_tasks(state=TaskState.COMPLETED), key=lambda t: t.last_state_change)
    return [t.task_spec.name for t in done]


def timers(workflow: BpmnWorkflow) -> Iterator[Task]:
    """The timers that run."""
    for task in workflow.get_tasks(state=TaskState.WAITING):
        if "event_value" in task.internal_data:
            yield task


def name_of(definition: Definition) -> str:
    return f"{definition.code}-v{definition.version}"


@pytest.mark.parametrize("definition", [*DEFINITIONS, sample()], ids=name_of)
def test_another_engine_walks_to_the_issued_result(definition: Definition) -> None:
    passed = walk(definition, happy_outcomes(definition))
    tree = etree.fromstring(bpmn_xml(definition).encode())
    ends = [e.get("name") for n in passed for e in tree.findall(f".//b:endEvent[@id='{n}']", NS)]
    assert "Đã trả kết quả" in ends
    assert "Từ chối" not in ends


@pytest.mark.parametrize("definition", [*DEFINITIONS, sample()], ids=name_of)
def test_every_node_and_flow_has_its_place_in_the_diagram(definition: Definition) -> None:
    tree = etree.fromstring(bpmn_xml(definition).encode())
    process = tree.find("b:process", NS)
    nodes = {e.get("id") for e in process if e.tag.split("}")[1] not in ("documentation", "laneSet", "sequenceFlow")}
    flows = {e.get("id") for e in process.findall("b:sequenceFlow", NS)}
    assert {s.get("bpmnElement") for s in tree.findall(".//di:BPMNShape", NS)} == nodes
    assert {e.get("bpmnElement") for e in tree.findall(".//di:BPMNEdge", NS)} == flows
    assert {s.id for s in definition.steps} <= nodes
    assert all(len(e.findall("d:waypoint", NS)) >= 2 for e in tree.findall(".//di:BPMNEdge", NS))


@pytest.mark.parametrize("definition", [*DEFINITIONS, sample()], ids=name_of)
def test_no_two_symbols_of_the_diagram_overlap(definition: Definition) -> None:
    tree = etree.fromstring(bpmn_xml(definition).encode())
    attached = {e.get("id") for e in tree.findall(".//b:boundaryEvent", NS)}
    found = []
    for shape in tree.findall(".//di:BPMNShape", NS):
        if shape.get("bpmnElement") not in attached:
            bounds = shape.find("dc:Bounds", NS)
            found.append(tuple(float(bounds.get(k)) for k in ("x", "y", "width", "height")))
    for number, (x, y, w, h) in enumerate(found):
        for other_x, other_y, other_w, other_h in found[:number]:
            assert x + w <= other_x or other_x + other_w <= x or y + h <= other_y or other_y + other_h <= y


def test_silence_and_waiting_time_move_the_other_engine_on_by_timers() -> None:
    passed = walk(
        sample(), {"check": ["missing", "complete"], "sign": ["signed"], "refuse": ["refused"]}, in_time=False
    )
    assert [n for n in passed if n in ("wait_paper", "TimeUp_wait_paper", "refuse", "End_refuse")] == [
        "TimeUp_wait_paper",
        "refuse",
        "End_refuse",
    ]
    outcomes = {"check": ["complete"], "sign": ["signed"], "issue": ["issued"]}
    passed = walk(sample(), outcomes, in_time=False)
    assert [n for n in passed if n in ("ask", "TimeUp_ask", "post", "Join_sign", "sign", "issue", "End_issue")] == [
        "TimeUp_ask",
        "post",
        "Join_sign",
        "sign",
        "issue",
        "End_issue",
    ]


def test_a_loop_leads_back_to_the_step() -> None:
    outcomes = happy_outcomes(sample()) | {"check": ["unclear", "missing", "complete"], "wait_paper": ["came"]}
    passed = walk(sample(), outcomes)
    assert [n for n in passed if n in ("check", "wait_paper", "sign")] == [
        "check",
        "check",
        "wait_paper",
        "check",
        "sign",
    ]


def test_a_step_keeps_its_kind_role_guidance_and_sources() -> None:
    tree = etree.fromstring(bpmn_xml(sample()).encode())
    kinds = {
        e.get("id"): e.tag.split("}")[1] for e in tree.find("b:process", NS) if e.get("id") in {s["id"] for s in STEPS}
    }
    assert kinds == {
        "receipt": "serviceTask",
        "check": "userTask",
        "ask": "userTask",
        "post": "intermediateCatchEvent",
        "wait_paper": "userTask",
        "sign": "userTask",
        "open_linked": "serviceTask",
        "issue": "userTask",
        "refuse": "userTask",
    }
    assert tree.find(".//b:userTask[@id='sign']/b:potentialOwner/b:resourceRef", NS).text == "Role_signatory"
    assert tree.find(".//b:resource[@id='Role_signatory']", NS).get("name") == "Người ký"
    assert tree.find(".//b:userTask[@id='ask']/b:documentation", NS).text == (
        "Hỏi: Công an xã\n"
        "Thời hạn: 2 ngày làm việc, theo lịch làm việc; thời lượng trong tệp chỉ gần đúng.\n"
        "Im lặng: coi như đồng ý\n"
        "Căn cứ: Luật mẫu, Điều 1"
    )
    assert tree.find(".//b:userTask[@id='check']/b:documentation", NS).text == (
        "Thời hạn nội bộ: 4 giờ làm việc\n"
        "Đối chiếu với bản chính.\n"
        "Câu hỏi kiểm tra: Đủ chưa?\n"
        "Lỗi thường gặp: Thiếu chữ ký."
    )
    assert tree.find(".//b:userTask[@id='check']", NS).get("name") == 'Thẩm tra <hồ sơ> & "giấy tờ"'
    assert tree.find(".//b:callActivity", NS).get("calledElement") == "Procedure_1_004222"


def test_outcomes_are_named_flows_with_conditions() -> None:
    tree = etree.fromstring(bpmn_xml(sample()).encode())
    flows = tree.findall(".//b:sequenceFlow[@sourceRef='Decide_check']", NS)
    assert [(f.get("name"), f.get("targetRef"), f.find("b:conditionExpression", NS).text) for f in flows] == [
        ("Đủ điều kiện", "Fork_check_1", 'outcome_of_check == "complete"'),
        ("Chưa rõ, xem lại", "check", 'outcome_of_check == "unclear"'),
        ("Chờ giấy tờ", "wait_paper", 'outcome_of_check == "missing"'),
        ("Không đủ điều kiện", "refuse", 'outcome_of_check == "refused"'),
    ]
    timer = tree.find(".//b:boundaryEvent[@attachedToRef='ask']//b:timeDuration", NS)
    assert timer.text == '"P2D"'


@pytest.mark.parametrize(
    ("amount", "unit", "expected"),
    [
        ("2", "working_days", "P2D"),
        ("10", "calendar_days", "P10D"),
        ("1.5", "calendar_days", "PT36H"),
        ("4", "working_hours", "PT4H"),
        ("0.5", "hours", "PT0H30M"),
    ],
)
def test_a_limit_as_an_iso_duration(amount: str, unit: str, expected: str) -> None:
    assert iso_duration(StepLimit.model_validate({"amount": amount, "unit": unit})) == expected


def test_a_step_may_be_called_like_a_part_of_the_file_and_a_name_may_hold_a_control_character() -> None:
    definition = sample(
        steps=[
            step("received", "Một\x07 ]]> <!--", outcomes={"a b\"'": "lanes", "other": "lanes"}),
            step("lanes", "Hai", does="issue_result", outcomes={"issued": "end"}),
        ]
    )
    tree = ET.fromstring(bpmn_xml(definition))
    assert tree.find(".//b:userTask[@id='received']", NS).get("name") == "Một ]]> <!--"
    assert walk(definition, {"received": ["a b\"'"], "lanes": ["issued"]})[-3:] == [
        "End_lanes",
        "Procedure_9_000200.EndJoin",
        "End",
    ]


def test_the_same_definition_gives_the_same_text() -> None:
    assert bpmn_xml(sample()) == bpmn_xml(sample())
