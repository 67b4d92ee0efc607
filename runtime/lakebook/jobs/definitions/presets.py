"""What a target's mode, and its presets, change of every job."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from lakebook.jobs.definitions.tree import Node, tree

_STARTS = ("schedule", "trigger", "continuous")
_PAUSED = "PAUSED"
_DEVELOPMENT = "development"
#: runs of a job at a time in development, where one does not want to wait for the last one
_CONCURRENT = 4


@dataclass(frozen=True)
class Presets:
    """Changes to every job; the defaults change nothing."""

    prefix: str = ""
    #: whether what starts by itself is paused, where the job does not say otherwise
    paused: bool = False
    concurrent: int | None = None
    tags: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, mode: str | None, given: Node, user: str) -> Presets:
        """The presets of a mode, and those that are given over them."""
        presets = cls()
        if mode == _DEVELOPMENT:
            presets = cls(f"[dev {user}] ", paused=True, concurrent=_CONCURRENT, tags={"dev": user})
        prefix, paused = given.get("name_prefix"), given.get("trigger_pause_status")
        concurrent, tags = given.get("jobs_max_concurrent_runs"), given.at("tags")
        return cls(
            presets.prefix if prefix is None else prefix,
            presets.paused if paused is None else paused == _PAUSED,
            presets.concurrent if concurrent is None else concurrent,
            {**presets.tags, **(tags.plain() if tags else {})},
        )

    def applied(self, job: Node, key: str) -> Node:
        """The job with the presets; it has a name afterwards, its key if nothing else."""
        fields = dict(job.fields)
        name = fields.get("name") or Node(key, job.place, text=key)
        if name.value is None or isinstance(name.value, str):
            fields["name"] = replace(name, value=self.prefix + (name.value or key))
        if self.paused:
            fields |= {name: _paused(fields[name]) for name in _STARTS if name in fields}
        if self.concurrent is not None and "continuous" not in fields:  # of which there is one run at a time
            fields.setdefault("max_concurrent_runs", Node(self.concurrent, job.place))
        own = fields.get("tags", Node({}, job.place))
        if self.tags and isinstance(own.value, dict):
            fields["tags"] = replace(own, value={**tree(self.tags).fields, **own.fields})
        return replace(job, value=fields)


def _paused(start: Node) -> Node:
    """What starts a job, paused unless it says otherwise."""
    if not isinstance(start.value, dict) or start.get("pause_status"):
        return start
    return replace(start, value={**start.fields, "pause_status": Node(_PAUSED)})
