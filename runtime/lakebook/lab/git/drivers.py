"""What git calls for notebooks: ``python -m lakebook.lab.git.drivers clean``, ``diff …`` and ``merge …``.

They are nbstripout and nbdime. Neither is called by its own name because both would first compile grammars for seconds,
at every ``git status``, and because their settings are then of one version in all clones.
"""

from __future__ import annotations

import io
import sys

from lakebook import grammars
from lakebook.lab.git.outputs import is_notebook

#: a cell keeps its identifier, to which comments hold; nbstripout numbers the cells otherwise
_CLEAN = ("--keep-id",)
#: what is compared is what would be committed
_DIFF = ("--use-filter",)


def main(words: list[str]) -> int:
    """Do what git asks for; returns the exit code."""
    grammars.leave_out()
    task, *rest = words
    if task == "clean":
        return _clean(sys.stdin.buffer.read())
    if task == "diff":
        from nbdime.vcs.git import diffdriver

        return int(diffdriver.main(["diff", *_DIFF, *rest]) or 0)
    from nbdime.vcs.git import mergedriver

    return int(mergedriver.main([task, *rest]) or 0)


def _clean(content: bytes) -> int:
    """Write a notebook without its outputs; what is none, as it is, since ``git status`` would stop at it."""
    if not is_notebook(content):
        sys.stdout.buffer.write(content)
        return 0
    import nbstripout

    sys.stdin = io.TextIOWrapper(io.BytesIO(content))
    sys.argv = ["nbstripout", *_CLEAN]
    nbstripout.main()
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
