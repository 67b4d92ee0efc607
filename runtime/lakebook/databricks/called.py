"""A notebook that another one runs: ``python -m lakebook.databricks.called``, a process of its own.

Its standard input has one line of JSON, the call; when it ends after that, whoever called is gone, and the run ends.
How the run ended is written to the file that the call names.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from dataclasses import asdict
from pathlib import Path

from lakebook import atomic
from lakebook.databricks.calls import Call, Ended
from lakebook.run import RunError, run_to_end


def main() -> int:
    """Run the notebook of the call; returns the exit code."""
    call = Call(**json.loads(sys.stdin.readline()))
    threading.Thread(target=_end_with_the_caller, daemon=True).start()
    try:
        ended = run_to_end(Path(call.notebook), arguments=call.arguments)
    except RunError as problem:
        ended = Ended(1, failure=str(problem))
    atomic.write_bytes(Path(call.ended), json.dumps(asdict(ended)).encode())
    return ended.code


def _end_with_the_caller() -> None:
    sys.stdin.read()
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    sys.exit(main())
