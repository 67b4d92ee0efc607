"""What is known of jobs and their runs: rows of a database, written before anything starts.

Whoever changes something does so within one transaction::

    with store.write() as rows:
        run = rows.runs.create(job_id=5)
    with store.read() as rows:
        print(rows.runs.get(run.run_id).state)
"""

from lakebook.jobs.store.claims import claim
from lakebook.jobs.store.database import LeaseLost, Store, StoreError, Transaction, open_store
from lakebook.jobs.store.jobs import Deployed
from lakebook.jobs.store.repairs import Repair, RepairError
from lakebook.jobs.store.rows import Job, NotFound, Run, TaskRun, Trigger
from lakebook.jobs.store.runs import RunError

__all__ = [
    "Deployed",
    "Job",
    "LeaseLost",
    "NotFound",
    "Repair",
    "RepairError",
    "Run",
    "RunError",
    "Store",
    "StoreError",
    "TaskRun",
    "Transaction",
    "Trigger",
    "claim",
    "open_store",
]
