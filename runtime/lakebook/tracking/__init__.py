"""MLflow: where a workspace's runs and models are kept, and what each run knows of where it came from."""
