"""What a soak has seen, for people and for programs."""

from __future__ import annotations

import json
from collections import Counter

from benchmarks.soak.player import WARM, Soak


def text(soak: Soak) -> str:
    languages: Counter[str] = Counter()
    for (language, _), count in soak.shares.kinds.items():
        languages[language] += count
    lines = [
        f"{sum(languages.values())} cells: " + ", ".join(f"{count} {name}" for name, count in languages.most_common())
    ]
    for language in sorted(languages):
        kinds = [(kind, count) for (spoken, kind), count in soak.shares.kinds.items() if spoken == language]
        lines.append(f"  {language}: " + ", ".join(f"{count} {kind}" for kind, count in sorted(kinds)))
    lines.append(
        "disturbances: " + ", ".join(f"{count} {how}" for how, count in soak.shares.disturbances.most_common())
    )
    if soak.growth:
        most = max(soak.growth) / 2**20
        lines.append(
            f"{len(soak.growth)} kernels grew by at most {most:.0f} MiB between their {WARM}th cell and their end"
        )
    lines.append(f"seed {soak.seed}: " + (f"{len(soak.failures)} failures" if soak.failures else "nothing failed"))
    return "\n".join(lines)


def counted(soak: Soak) -> str:
    """The same for a program that sums several soaks up: JSON."""
    cells: dict[str, dict[str, int]] = {}
    for (language, kind), count in sorted(soak.shares.kinds.items()):
        cells.setdefault(language, {})[kind] = count
    found = {
        "seed": soak.seed,
        "cells": cells,
        "disturbances": dict(soak.shares.disturbances),
        "rounds": soak.rounds,
        "growth": soak.growth,
        "failures": [str(failure) for failure in soak.failures],
    }
    return json.dumps(found, indent=1, ensure_ascii=False)
