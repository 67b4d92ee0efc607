"""The workspace's Spark driver: start it, find it, attach to it, stop it."""
