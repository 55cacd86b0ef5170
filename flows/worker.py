"""A Prefect worker that runs flow runs inside its own event loop instead of one operating-system process each."""

from __future__ import annotations

import os
from typing import Any
from uuid import UUID

import anyio.abc
from prefect.client.schemas.objects import FlowRun
from prefect.workers.base import BaseJobConfiguration, BaseVariables, BaseWorker, BaseWorkerResult

from flows.execution import InProcessExecutor

WORK_POOL_TYPE = "motcua-in-process"


class InProcessResult(BaseWorkerResult):
    """That a flow run has ended; how is in the run's own state."""


class InProcessWorker(BaseWorker[BaseJobConfiguration, BaseVariables, InProcessResult]):
    """Polls the work pool for scheduled runs and hands them to the executor of this process."""

    type = WORK_POOL_TYPE
    job_configuration = BaseJobConfiguration
    job_configuration_variables = BaseVariables
    _display_name = "motcua, in process"
    _description = "Runs the flows of motcua inside the worker's own event loop."

    def __init__(self, work_pool_name: str, *, executor: InProcessExecutor, **options: Any) -> None:
        """Serve a work pool with this executor."""
        super().__init__(work_pool_name, **options)
        self._executor = executor

    @classmethod
    def get_default_base_job_template(cls) -> dict[str, Any]:
        """A template without variables: there is nothing to set for a run that has no process of its own.

        Prefect's server checks the variables of a template anew for every run that is created, which takes it 20 ms.
        """
        return {"job_configuration": {"labels": {}}, "variables": {"type": "object", "properties": {}}}

    async def run(
        self,
        flow_run: FlowRun,
        configuration: BaseJobConfiguration,
        task_status: anyio.abc.TaskStatus[int] | None = None,
    ) -> InProcessResult:
        """Run a scheduled flow run to its end. The result is good however it ended: its state says how."""
        if task_status is not None:
            task_status.started(os.getpid())
        await self._executor.execute(flow_run)
        return InProcessResult(identifier=str(os.getpid()), status_code=0)

    async def _cancel_run(self, flow_run_id: UUID) -> None:
        if not self._executor.cancel(flow_run_id):
            await super()._cancel_run(flow_run_id)
