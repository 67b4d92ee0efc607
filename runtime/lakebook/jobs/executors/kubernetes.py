"""Task runs as Jobs of Kubernetes."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any

from lakebook.config import Workspace
from lakebook.jobs.executors.base import Process, StartError
from lakebook.jobs.executors.cluster import Cluster, ClusterError
from lakebook.jobs.executors.manifests import EVERYTHING, JOB, SHARED, Manifests
from lakebook.jobs.files import log_file
from lakebook.jobs.store.rows import TaskRun

_log = logging.getLogger(__name__)

#: seconds for which an answer of the API server counts: it is one for all task runs
_FRESH = 2.0
_FINISHED = ("Complete", "Failed")


class KubernetesExecutor:
    """Runs each task run in a pod of its own, on whichever machine has room for it.

    A task run lives as long as its Job has not finished or a pod of it is there, so that one that was deleted by
    somebody else, or is on a machine that cannot be reached, is not taken for dead. What the API server does not tell
    is taken for alive.

    Args:
        cluster: where.
        manifests: what a task run is there.
        workspace: whose folder the pods have, too.
        monotonic: the clock.
    """

    def __init__(
        self,
        cluster: Cluster,
        manifests: Manifests,
        workspace: Workspace,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._cluster = cluster
        self._manifests = manifests
        self._workspace = workspace
        self._monotonic = monotonic
        #: names of Jobs of which something lives (None: not known), and when that was asked
        self._seen: tuple[frozenset[str] | None, float] | None = None
        #: names of Jobs that were told to end
        self._ending: set[str] = set()

    def start(self, task: TaskRun) -> Process:
        """Create a Job and its Secret, and let it begin."""
        try:
            self._make_folders(task)
            self._clear()
            uid = self._cluster.create_job(self._manifests.job(task))
            process = {"place": self._cluster.place, "job": self._manifests.name(task), "uid": uid}
            self._begin(task, process)
        except OSError as problem:
            message = f"{problem.filename} cannot be made: {problem.strerror}."
            raise StartError(f"The task's pod cannot be started: {message}") from None
        except ClusterError as problem:
            raise StartError(f"The task's pod cannot be started. {problem}") from None
        self._seen = None
        return process

    def alive(self, process: Process) -> bool:
        """Whether anything is left of it. Of processes elsewhere that is not known, and the answer is yes."""
        if not self.reaches(process):
            return True
        living = self._living()
        if living is None or process["job"] in living:
            return True
        self._ending.discard(process["job"])
        return False

    def reaches(self, process: Process) -> bool:
        """Whether it is one of this namespace."""
        return bool(process["place"] == self._cluster.place)

    def restarted(self, process: Process) -> bool:
        """Never: what becomes of pods when a node is started anew, Kubernetes tells."""
        return False

    def end(self, process: Process) -> None:
        """Delete its Job, upon which Kubernetes sends SIGTERM and, when the pod's grace time is over, SIGKILL."""
        if not self.reaches(process) or process["job"] in self._ending:
            return
        try:
            self._cluster.delete_job(process["job"], process["uid"])
        except ClusterError as problem:
            _log.warning("%s", problem)  # the scheduler asks for it again
        else:
            self._ending.add(process["job"])

    def _make_folders(self, task: TaskRun) -> None:
        """The folders that pods share: those that a node makes would be root's."""
        state = self._workspace.make_state()
        for folder in (*(state / name for name in SHARED), log_file(state, task).parent):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def _clear(self) -> None:
        """Delete what was created and not begun, as when its scheduler died in between: it would stay for good."""
        for job in self._cluster.jobs(self._manifests.selector):
            if job["spec"].get("suspend"):
                self._cluster.delete_job(job["metadata"]["name"], job["metadata"]["uid"])

    def _begin(self, task: TaskRun, process: Process) -> None:
        try:
            self._cluster.create_secret(self._manifests.secret(task, process["uid"]))
            self._cluster.resume_job(process["job"])
        except ClusterError:
            self.end(process)
            raise

    def _living(self) -> frozenset[str] | None:
        if self._seen is None or self._monotonic() - self._seen[1] > _FRESH:
            known = self._seen is None or self._seen[0] is not None
            try:
                # a Job is there before its pods, so that none is missed in between
                jobs, pods = self._cluster.jobs(EVERYTHING), self._cluster.pods(EVERYTHING)
            except ClusterError as problem:
                if known:
                    _log.warning("Whether tasks live is not known for now. %s", problem)
                self._seen = (None, self._monotonic())
            else:
                names = {job["metadata"]["name"] for job in jobs if not _is_finished(job)}
                left = {_job_of(pod) for pod in pods if _is_there(pod)}
                self._seen = (frozenset(names | left), self._monotonic())
        return self._seen[0]


def _is_finished(job: dict[str, Any]) -> bool:
    conditions = job.get("status", {}).get("conditions") or []
    return any(one["type"] in _FINISHED and one["status"] == "True" for one in conditions)


def _is_there(pod: dict[str, Any]) -> bool:
    return pod.get("status", {}).get("phase") not in ("Succeeded", "Failed")


def _job_of(pod: dict[str, Any]) -> str:
    return str(pod["metadata"]["labels"].get(JOB))
