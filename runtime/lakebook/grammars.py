"""Keeps the import of nbformat short: a package that it uses where it is installed compiles grammars for seconds."""

from __future__ import annotations

import sys


def leave_out() -> None:
    """Let no module of this process find the grammar of addresses, which no notebook has; for processes of our own."""
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
