"""Each run of a job is an MLflow run, its tasks are runs within it, and what their cells fit are runs within those."""
