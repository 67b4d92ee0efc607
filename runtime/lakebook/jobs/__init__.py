"""Jobs: notebooks as pipelines that run by themselves and come through the death of any of their processes."""
