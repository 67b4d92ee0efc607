"""The same workspaces as for lineage, which is what a run is made again from."""

from runtime.lineage.conftest import _own_store, recording, unrecorded

__all__ = ["_own_store", "recording", "unrecorded"]
