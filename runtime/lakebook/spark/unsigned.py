"""Copies of Spark's signed libraries without their signature.

Java checks each class of a signed library when it loads it, and keeps none of them in a class-data archive. The
compiler of Spark's generated code is such a library, and every notebook's first query loads most of it.
"""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

from lakebook import atomic

_SIGNED = ("janino-", "commons-compiler-")
_SIGNATURE = (".SF", ".DSA", ".RSA", ".EC")


def unsigned(jar: Path, folder: Path) -> Path:
    """``jar``, or the copy of it in ``folder``, which is made when it is not there."""
    if not jar.name.startswith(_SIGNED):
        return jar
    copy = folder / jar.name
    if not copy.exists():
        folder.mkdir(parents=True, exist_ok=True)
        atomic.write_bytes(copy, _without_signature(jar), jar.stat().st_mode)  # other users may share the folder
    return copy


def _without_signature(jar: Path) -> bytes:
    out = BytesIO()
    with ZipFile(jar) as source, ZipFile(out, "w", ZIP_DEFLATED) as target:
        for entry in source.infolist():
            if entry.filename == "META-INF/MANIFEST.MF":
                target.writestr(entry, _main_part(source.read(entry)))
            elif not _of_signature(entry.filename):
                target.writestr(entry, source.read(entry))
    return out.getvalue()


def _of_signature(name: str) -> bool:
    folder, _, file = name.rpartition("/")
    return folder == "META-INF" and file.upper().endswith(_SIGNATURE)


def _main_part(manifest: bytes) -> bytes:
    """What it says of the whole library; the digests of the single files stand in the parts after it."""
    return manifest.replace(b"\r\n", b"\n").partition(b"\n\n")[0] + b"\n\n"
