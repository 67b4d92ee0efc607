"""Run by a Python that has Airflow: what its own parser makes of DAG files, as JSON."""

from __future__ import annotations

import json
import sys


def main(folder: str) -> None:
    from airflow.models import DagBag
    from airflow.serialization.serialized_objects import SerializedDAG

    bag = DagBag(folder, include_examples=False)
    dags = {}
    for dag in bag.dags.values():
        SerializedDAG.to_dict(dag)  # as the scheduler stores it
        dags[dag.dag_id] = {
            "schedule": dag.timetable.summary,
            "catchup": dag.catchup,
            "max_active_runs": dag.max_active_runs,
            "tasks": {
                task.task_id: {
                    "after": sorted(task.upstream_task_ids),
                    "rule": str(getattr(task.trigger_rule, "value", task.trigger_rule)),
                    "retries": task.retries,
                }
                for task in dag.tasks
            },
        }
    print("\n" + json.dumps({"errors": bag.import_errors, "dags": dags}))


if __name__ == "__main__":
    main(*sys.argv[1:])
