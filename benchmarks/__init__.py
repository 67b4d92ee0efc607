"""What Lakebook costs and saves, each figure beside its reference: ``python -m benchmarks [name …]`` from the clone."""
