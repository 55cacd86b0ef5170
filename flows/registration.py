"""Work pool and deployments in Prefect, as `prefect.yaml` declares them; written only where that file has changed."""

from __future__ import annotations

import hashlib
import importlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

import yaml
from prefect import Flow
from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.actions import DeploymentScheduleCreate, WorkPoolCreate
from prefect.client.schemas.filters import WorkPoolFilter, WorkPoolFilterName
from prefect.client.schemas.schedules import CronSchedule, IntervalSchedule
from prefect.client.schemas.sorting import DeploymentSort
from prefect.exceptions import ObjectNotFound

from flows.processing import FLOW_NAME
from flows.worker import InProcessWorker

DECLARATION = Path(__file__).resolve().parent.parent / "prefect.yaml"
MOST_DEPLOYMENTS = 200
FALLBACK = "khac"
"""The deployment of every field that has none of its own."""


@dataclass(frozen=True, slots=True)
class Registration:
    """What is registered in Prefect: deployment ids by name, and whether anything had to be written."""

    work_pool: str
    deployments: Mapping[str, UUID]
    fields: frozenset[str]
    changed: bool

    def deployment_of(self, field: str) -> UUID:
        """The deployment that runs the automatic steps of a field."""
        return self.deployments[field if field in self.fields else FALLBACK]


@cache
def declaration(file: Path = DECLARATION) -> dict[str, Any]:
    """The content of `prefect.yaml`."""
    content: dict[str, Any] = yaml.safe_load(file.read_text(encoding="utf-8"))
    return content


def declared_version(file: Path = DECLARATION) -> str:
    """A digest of `prefect.yaml`, kept as the version of each deployment."""
    return hashlib.sha256(file.read_bytes()).hexdigest()[:16]


@cache
def flow_at(entrypoint: str) -> Flow[..., Any]:
    """The flow at an entrypoint like `flows/processing.py:process_dossier`."""
    path, _, name = entrypoint.partition(":")
    module = importlib.import_module(path.removesuffix(".py").replace("/", "."))
    found: Flow[..., Any] = getattr(module, name)
    return found


def declared_flows(file: Path = DECLARATION) -> dict[str, Flow[..., Any]]:
    """Every flow that some deployment names, by flow name."""
    found = [flow_at(one["entrypoint"]) for one in declaration(file)["deployments"]]
    return {one.name: one for one in found}


async def register(client: PrefectClient, file: Path = DECLARATION) -> Registration:
    """Bring Prefect in line with `prefect.yaml`: nothing is written when every deployment has the file's version."""
    declared = declaration(file)
    pool = declared["work_pool"]["name"]
    version = declared_version(file)
    known = await client.read_deployments(
        work_pool_filter=WorkPoolFilter(name=WorkPoolFilterName(any_=[pool])),
        limit=MOST_DEPLOYMENTS,
        sort=DeploymentSort.NAME_ASC,
    )
    names = [one["name"] for one in declared["deployments"]]
    current = {one.name: one.id for one in known if one.version == version}
    changed = sorted(current) != sorted(names) or len(known) != len(names)
    if changed:
        await _ensure_work_pool(client, declared["work_pool"])
        current = {one["name"]: await _deploy(client, one, pool, version) for one in declared["deployments"]}
        for one in known:
            if one.name not in current:
                await client.delete_deployment(one.id)
    return Registration(pool, current, _fields(file), changed)


def _fields(file: Path) -> frozenset[str]:
    entries = declaration(file)["deployments"]
    return frozenset(one["name"] for one in entries if flow_at(one["entrypoint"]).name == FLOW_NAME)


async def _ensure_work_pool(client: PrefectClient, pool: dict[str, Any]) -> None:
    try:
        await client.read_work_pool(pool["name"])
    except ObjectNotFound:
        await client.create_work_pool(
            WorkPoolCreate(
                name=pool["name"],
                type=pool["type"],
                description=pool.get("description"),
                base_job_template=InProcessWorker.get_default_base_job_template(),
            )
        )


async def _deploy(client: PrefectClient, one: dict[str, Any], pool: str, version: str) -> UUID:
    flow_id = await client.create_flow_from_name(flow_at(one["entrypoint"]).name)
    return await client.create_deployment(
        flow_id=flow_id,
        name=one["name"],
        version=version,
        description=one.get("description"),
        tags=one.get("tags", []),
        entrypoint=one["entrypoint"],
        work_pool_name=pool,
        schedules=[_schedule(each) for each in one.get("schedules", [])],
        enforce_parameter_schema=False,
    )


def _schedule(declared: dict[str, Any]) -> DeploymentScheduleCreate:
    zone = declared.get("timezone", "UTC")
    if "cron" in declared:
        return DeploymentScheduleCreate(schedule=CronSchedule(cron=declared["cron"], timezone=zone))
    return DeploymentScheduleCreate(
        schedule=IntervalSchedule(interval=timedelta(seconds=declared["interval"]), timezone=zone)
    )
