"""Takes one planned dossier through the public API, as the people of its commune would."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import httpx

from flows.demonstration.forms import documents_for, form_for
from flows.demonstration.office_staff import Staff
from flows.demonstration.plans import DossierPlan, Path, away_from, goals, outcome_towards
from procedures.schema import Definition
from procedures.steps import Act, Kind

WAITING = frozenset({"automatic", "linked"})
PATIENCE_SECONDS = 120.0
MOST_ACTIONS = 60
BACKDATED = "Hồ sơ minh hoạ, ghi lại thời gian giả định"


class DemonstrationFailed(Exception):
    """A dossier could not be taken through."""


@dataclass
class Journey:
    """One dossier on its way: `at` is the simulated moment of the next action, never after the real now."""

    plan: DossierPlan
    definition: Definition
    staff: Staff
    client: httpx.Client
    now: Callable[[], datetime]
    at: datetime
    code: str = ""
    status: str = ""
    open_steps: list[dict[str, Any]] = field(default_factory=list)
    actors: set[str] = field(default_factory=set)
    passed: list[str] = field(default_factory=list)
    calls: int = 0
    acknowledged: list[tuple[str, int]] = field(default_factory=list)
    """Action and revision of every answer that said that it was done."""

    def run(self) -> None:
        """From the submission to wherever the path leads."""
        self._register()
        if self.plan.path is Path.WITHDRAWN:
            self._act("withdraw", "receiving_officer", reason="Không còn nhu cầu (minh hoạ)")
            return
        self._take_in()
        self._interlude()
        for _ in range(MOST_ACTIONS):
            self._wait_for_machine()
            if self.status in ("handed_over", "refused", "withdrawn", "stopped"):
                return
            if self.plan.path is Path.STILL_OPEN and len(self.passed) >= self.plan.number % 3:
                return
            self._one_step()
        raise DemonstrationFailed(f"{self.code}: no end after {MOST_ACTIONS} actions")

    def _register(self) -> None:
        body: dict[str, Any] = {
            "procedure": self.plan.procedure,
            "commune": self.plan.commune,
            "intake_commune": self.plan.intake_commune,
            "channel": self.plan.channel,
            "applicant": {
                "name": self.plan.applicant,
                "phone": f"09{self.plan.number:08d}",
                "email": f"nguoi-nop-{self.plan.number}@demo.invalid",
                "personal_id_number": f"0380{self.plan.number:08d}",
            },
            "form": form_for(self.definition, self.plan.number),
            "documents": documents_for(self.definition, None),
        }
        self._send("/api/v1/dossiers", "register", self._desk("receiving_officer"), body)

    def _take_in(self) -> None:
        if self.plan.path is Path.SUPPLEMENTED_AT_INTAKE:
            self._act("request_supplement", "receiving_officer", items=[{"problem": "Thiếu chữ ký (minh hoạ)"}])
            self._later(hours=20)
            self._act("receive_supplement", "receiving_officer")
        if self.plan.intake_commune != self.plan.commune:
            self._act("forward", "receiving_officer", commune=self.plan.intake_commune)
            self._later(hours=20)
            self._act("receive_at_competent_body", "receiving_officer")
        case = self.definition.case(None)
        area = {"area": "difficult" if self.plan.number % 2 else "normal"} if case.time_limit.depends_on_area else {}
        documents = documents_for(self.definition, case.id)
        self._act("accept", "receiving_officer", documents=documents, **area)

    def _interlude(self) -> None:
        self._wait_for_machine()
        if self.plan.path is Path.PAUSED:
            reason = next(p.id for p in self.definition.pauses if p.on_resume == "continue")
            self._act("pause", "case_officer", reason=reason)
            self._later(hours=44)
            self._act("apply_elapsed", "case_officer")  # a pause with a maximum may have ended by itself
            if self.status == "paused":
                self._act("resume", "case_officer", reason=reason)
        elif self.plan.path is Path.SUPPLEMENTED:
            self._act("request_supplement", "case_officer", items=[{"problem": "Bản sao mờ (minh hoạ)"}])
            self._later(hours=5)
            self._act("receive_supplement", "receiving_officer")
        elif self.plan.path is Path.EXTENDED:
            words = {"reason": "Cần xác minh (minh hoạ)", "apology": "Thành thật xin lỗi ông/bà (minh hoạ)"}
            self._act("extend", "signatory", amount="2", **words)

    def _one_step(self) -> None:
        step = self.definition.step(self.open_steps[0]["step"])
        occurrence = self.open_steps[0]["occurrence"]
        role = step.role.value if step.role else "receiving_officer"
        if self.plan.path is Path.LATE and step.does is Act.ISSUE_RESULT:
            self._later(hours=24 * 35)
        if step.does is Act.ISSUE_RESULT:
            self._act("issue_result", role, result=self.definition.results[0].id, number=f"{self.plan.number}/DEMO")
        elif step.does is Act.HAND_OVER:
            self._act("hand_over", role, how="counter", rating=4 + self.plan.number % 2)
        elif step.does is Act.REFUSE:
            self._act("refuse", role, reason="Không đủ điều kiện (minh hoạ)", occurrence=occurrence)
        elif step.kind is Kind.CONSULTATION:
            self._consult(occurrence, role, step.bodies or ("Công an xã",))
        elif step.kind is Kind.WAIT and step.wait_for == "time":
            self._later(hours=24 * 30)  # a posting takes its time; then the law moves the dossier on
            self._act("apply_elapsed", role)
        elif step.kind is Kind.WAIT and step.wait_for == "payment" and self.definition.fees:
            fee = self.definition.fees[0]
            self._act("record_payment", "receiving_officer", fee=fee.id, amount_vnd=fee.amount_vnd or 1000, how="cash")
        else:
            self._complete(step.id, occurrence, role)
        self.passed.append(step.id)

    def _complete(self, step_id: str, occurrence: int, role: str) -> None:
        away = away_from(self.definition, goals(self.definition, self.plan.path, self.passed))
        outcome = outcome_towards(self.definition, step_id, away)
        if outcome is None:
            raise DemonstrationFailed(f"{self.code}: no way from {step_id}")
        self._act("complete_step", role, occurrence=occurrence, outcome=outcome)

    def _consult(self, occurrence: int, role: str, bodies: tuple[str, ...]) -> None:
        answer = self._act("consult", role, occurrence=occurrence, bodies=list(bodies), question="Đề nghị cho ý kiến?")
        if self.plan.path is Path.DEEMED:
            self._later(hours=24 * 7)  # nobody answers: the law does
            self._act("apply_elapsed", role)
            return
        timeline = self._get(f"/api/v1/dossiers/{self.code}/timeline")
        asked = [
            c for e in timeline for c in e["facts"].get("consultations", ()) if e["revision"] == answer["revision"]
        ]
        for one in asked:
            self._act("answer_consultation", role, number=one["number"], answer="consent")

    def _act(self, action: str, role: str, *, commune: str | None = None, **body: Any) -> dict[str, Any]:
        token = self._desk(role, commune)
        return self._send(f"/api/v1/dossiers/{self.code}/actions/{action}", action, token, body)

    def _desk(self, role: str, commune: str | None = None) -> str:
        at_intake = not self.code or (self.status in ("submitted", "incomplete") and not self._received)
        place = commune or (self.plan.intake_commune if at_intake else self.plan.commune)
        avoid = self.actors if role == "signatory" else set()
        return self.staff.token(place, role, not_by=avoid)

    @property
    def _received(self) -> bool:
        return any(action == "receive_at_competent_body" for action, _ in self.acknowledged)

    def _send(self, path: str, action: str, token: str, body: dict[str, Any]) -> dict[str, Any]:
        """Send a command until it is answered; a retry carries the same key, so it can never be done twice."""
        self._later(hours=self.plan.hour_between)
        if self.at < self.now():
            body = {**body, "occurred_at": self.at.isoformat(), "backdating_reason": BACKDATED}
        headers = {
            "authorization": f"Bearer {token}",
            "idempotency-key": f"demo-{self.plan.number}-{self.calls}-{self.plan.starts_at.timestamp():.0f}",
        }
        self.calls += 1
        answer: dict[str, Any] = self._answered("POST", path, headers, body)
        self.code, self.status, self.open_steps = answer["dossier"], answer["status"], answer["open_steps"]
        self.acknowledged.append((action, answer["revision"]))
        self.actors.add(self.staff.people[token])
        return answer

    def _answered(self, method: str, path: str, headers: dict[str, str], body: Any = None) -> Any:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                response = self.client.request(method, path, headers=headers, json=body)
            except httpx.TransportError as error:
                if time.monotonic() > deadline:
                    raise DemonstrationFailed(f"{path}: {error}") from error
                time.sleep(0.3)
                continue
            if response.is_success:
                return response.json()
            raise DemonstrationFailed(f"{self.code} {path} {body}: {response.status_code} {response.text}")

    def _get(self, path: str) -> Any:
        token = self.staff.token(self.plan.commune, "receiving_officer")
        return self._answered("GET", path, {"authorization": f"Bearer {token}"})

    def _look(self) -> None:
        found = self._get(f"/api/v1/dossiers/{self.code}")
        self.status, self.open_steps = found["status"], found["open_steps"]

    def _wait_for_machine(self) -> None:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while any(s["kind"] in WAITING for s in self.open_steps):
            if time.monotonic() > deadline:
                raise DemonstrationFailed(f"{self.code}: the worker did not do {self.open_steps}")
            time.sleep(0.15)
            self._look()

    def _later(self, *, hours: float) -> None:
        self.at = min(self.at + timedelta(hours=hours), self.now())
