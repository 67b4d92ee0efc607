"""What a soak has seen, as text."""

from __future__ import annotations

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


def _counts(counted: Counter[str]) -> str:
    return ", ".join(f"{count} {name}" for name, count in counted.most_common()) or "none"
