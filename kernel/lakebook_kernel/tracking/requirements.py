"""What models require: MLflow finds it out in another process, which takes seconds at every fit. Here it is asked once.

A model of Spark ML requires PySpark. What one of scikit-learn requires is what its pickle names, so of all that
name the same packages the first alone is asked about, of any kernel.
"""

from __future__ import annotations

import functools
import pickletools
import re
import sys
import sysconfig
from collections.abc import Callable
from pathlib import Path
from typing import Any

from lakebook.config import cache_dir
from lakebook_kernel.tracking.kept_requirements import KeptRequirements

#: bytes of a pickle above which reading it is no quicker than asking
_LARGE = 5_000_000

Infer = Callable[..., list[str]]
#: the flavor, the packages that the pickle names, and when packages were installed last
_Kind = tuple[str, frozenset[str], tuple[float, ...]]


def remember_requirements() -> None:
    """Let MLflow in this process ask as seldom as can be. Called once, when MLflow has been imported."""
    import mlflow.models

    models: Any = mlflow.models
    kept = KeptRequirements(cache_dir() / "requirements")
    models.infer_pip_requirements = remembering(models.infer_pip_requirements, kept)


def remembering(infer: Infer, kept: KeptRequirements | None = None) -> Infer:
    """MLflow's ``infer_pip_requirements``, which takes long for the first model of a kind alone.

    Of a model of Spark's the answer is what its flavor requires by default. A project of uv's is left to MLflow, which
    takes its requirements for the model's.

    Args:
        infer: MLflow's.
        kept: what other processes found out; None to remember for this one alone.
    """
    known: dict[_Kind, list[str]] = {}

    @functools.wraps(infer)
    def inferred(model_uri: str, flavor: str, fallback: list[str] | None = None, **options: Any) -> list[str]:
        if options or fallback is None or Path("uv.lock").exists():
            return infer(model_uri, flavor, fallback=fallback, **options)
        if flavor == "spark":
            return fallback
        kind = _kind(Path(model_uri), flavor)
        if kind is None:
            return infer(model_uri, flavor, fallback=fallback)
        if kind not in known:
            found = kept.get(flavor, kind[1]) if kept else None
            if found is None:
                found = infer(model_uri, flavor, fallback=fallback)
                if found is fallback:  # which means that it could not be found out
                    return found
                if kept:
                    kept.put(flavor, kind[1], found)
            known[kind] = found
        return list(known[kind])

    return inferred


def _kind(model: Path, flavor: str) -> _Kind | None:
    """Of which kind a saved model is, by its file; None when that cannot be told quickly."""
    if flavor != "sklearn" or model.suffix != ".pkl" or model.stat().st_size > _LARGE:
        return None
    places = {sysconfig.get_path(name) for name in ("purelib", "platlib")}
    return flavor, _packages(model.read_bytes()), tuple(Path(place).stat().st_mtime for place in sorted(places))


def _packages(pickle: bytes) -> frozenset[str]:
    """The imported packages that a pickle names, and maybe others whose names are among its texts."""
    texts = (argument for _, argument, _ in pickletools.genops(pickle) if isinstance(argument, str))
    named = {re.split(r"[. ]", text, maxsplit=1)[0] for text in texts}
    return frozenset((named & sys.modules.keys()) - sys.stdlib_module_names)
