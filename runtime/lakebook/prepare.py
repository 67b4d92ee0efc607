"""Setting up: what is downloaded, compiled or registered once, so that no notebook has to wait for it."""

from __future__ import annotations

from lakebook import kernelspecs


def prepare() -> None:
    kernelspecs.install()
