"""Errors in the user's terms: the message, the line of the cell, a caret where the place is known."""

from __future__ import annotations

import re
import sys
import sysconfig
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

import lakebook

DRIVER_GONE = (
    "The Spark driver has ended, and with it the frames and sessions it held. Python's and R's variables are kept. "
    "The next cell that uses spark starts a new driver; lakebook driver logs says why the old one ended."
)

#: the same as the bridge's ``CellFailure`` says
OUT_OF_MEMORY = (
    "The Spark driver has no more memory for this: bring fewer rows into it, let go of what is cached or held, "
    "or give it more (spark.memory in lakebook.toml)"
)
#: this too
RESULT_TOO_LARGE = (
    "The result is larger than the {0} that the Spark driver takes from one query: bring fewer rows into it, or raise "
    "spark.driver.maxResultSize ([spark.conf] in lakebook.toml)"
)
_LIBRARIES = (
    *{sysconfig.get_path(place) for place in ("stdlib", "purelib", "platlib")},
    sys.prefix,
    str(Path(__file__).parent),
    str(Path(lakebook.__file__).parent),
    "<frozen",
)
#: whose exceptions carry a message of the JVM's
_SPARKS = ("pyspark.errors", "delta.exceptions")
_PLAN = re.compile(r";?\s*\n+(== SQL|'|\+- |JVM stacktrace:).*", re.DOTALL)
_CONTEXT = re.compile(r"\n*== (SQL|DataFrame).* ==\n.*", re.DOTALL)
_POSITION = re.compile(r"[;(]?\s*\(?\bline (\d+),? pos (\d+)\)?")
#: results are lost where the driver finds no memory to fetch them
_NO_MEMORY = re.compile(
    r"\bjava\.lang\.OutOfMemoryError\b|Not enough memory to build and broadcast|\bTaskResultLost \(result lost"
)
#: what py4j says of a call, and of a class of PySpark's own, when nobody answers; other classes may be misspelt
_NO_ANSWER = re.compile(
    r"An error occurred while calling \S+|org\.apache\.spark\.api\.python\.\S+ does not exist in the JVM"
)
_TOO_LARGE = re.compile(r"is bigger than spark\.driver\.maxResultSize \((.+?)\)")
_CANCELLED = re.compile(r"\bcancell?ed\b|\binterrupted\b|\bInterruptedException\b|\bClosedByInterrupt", re.IGNORECASE)
#: why a job ended that was cancelled where its progress is shown; the same as the bridge's ``CellFailure`` says
JOBS_CANCELLED = "The cell's Spark jobs were cancelled."
_CAUSE = re.compile(r"^Caused by: ([\w.$]+)(?:: (.*))?$", re.MULTILINE)


@dataclass(frozen=True)
class Explained:
    """An exception, as it is told."""

    ename: str
    evalue: str
    #: the whole, for ``%trace``, where it is more than Python's own traceback
    full: str = ""


def explain(error: BaseException) -> Explained | None:
    """What a user is told of an exception of Spark's, or one without words; None when Python's own words will do."""
    module = type(error).__module__
    if module.startswith((*_SPARKS, "py4j")) and JOBS_CANCELLED in _words(error):
        return Explained("JobsCancelled", JOBS_CANCELLED, _words(error))
    if module.startswith((*_SPARKS, "py4j")) and _while_interrupted(error):
        return Explained("KeyboardInterrupt", "The cell was interrupted.", _words(error))
    if module.startswith(_SPARKS):
        return _of_pyspark(error)
    if module.startswith("py4j"):
        return _of_py4j(error)
    if isinstance(error, ConnectionError) and _through_py4j(error.__traceback__):
        return Explained("SparkDriverLost", DRIVER_GONE, str(error))
    try:
        str(error)
    except Exception:  # a class of the user's; IPython and Jupyter's reply would ask again
        return Explained(type(error).__name__, _words(error))
    return None


def _words(error: BaseException) -> str:
    """An exception's message; not by ``str`` where it is Spark's, which would ask a driver that may have ended."""
    described = getattr(error, "_desc", None)
    if isinstance(described, str):
        return described
    try:
        return str(error)
    except Exception as reason:  # the user's own class, or one that asks somebody who is gone
        return f"(its message cannot be had: str() of it raised {type(reason).__name__})"


def _while_interrupted(error: BaseException) -> bool:
    """Whether the error only tells that Spark's job was cancelled for an interrupt, or that its call was left."""
    if not (_unanswered(error) or _CANCELLED.search(_words(error))):
        return False
    link: BaseException | None = error
    while link is not None and not isinstance(link, KeyboardInterrupt):
        link = link.__context__
    return link is not None


def _of_pyspark(error: BaseException) -> Explained:
    text = _words(error)
    trace = getattr(error, "_stackTrace", None)
    worker = worker_error(text)
    if worker is not None:
        return Explained(worker[0], worker[1], f"{text}\n{trace or ''}")
    if _NO_MEMORY.search(text):
        return Explained("OutOfMemoryError", OUT_OF_MEMORY, f"{text}\n{trace or ''}")
    return Explained(type(error).__name__, _shown(text), f"{text}\n\n{trace}" if trace else text)


def _of_py4j(error: BaseException) -> Explained:
    full = str(error)
    if _unanswered(error):
        return Explained("SparkDriverLost", DRIVER_GONE, full)
    if type(error).__name__ != "Py4JJavaError":
        return Explained(type(error).__name__, full.splitlines()[0] if full else "", full)
    worker = worker_error(full)
    if worker is not None:
        return Explained(worker[0], worker[1], full)
    if _NO_MEMORY.search(full):
        return Explained("OutOfMemoryError", OUT_OF_MEMORY, full)
    causes = _CAUSE.findall(full)
    if causes:
        name, message = causes[-1]
    else:
        _, _, rest = full.partition("\n: ")
        name, _, message = (rest or full).splitlines()[0].partition(": ")
    return Explained(name.rpartition(".")[2], _shown(message), full)


def _unanswered(error: BaseException) -> bool:
    """Whether a call into the JVM ended without an answer."""
    name = type(error).__name__
    return name == "Py4JNetworkError" or (name == "Py4JError" and _NO_ANSWER.fullmatch(str(error)) is not None)


def _shown(message: str) -> str:
    most = _TOO_LARGE.search(message)
    return RESULT_TOO_LARGE.format(most[1]) if most else shorten(message)


def worker_error(text: str) -> tuple[str, str] | None:
    """The error inside a Python worker's traceback in a message of Spark's: its name and words with the user's line."""
    start = text.find("Traceback (most recent call last)")
    if start < 0:
        return None
    lines = text[start:].splitlines()
    frames: list[tuple[str, str, str]] = []
    for number, line in enumerate(lines[1:], 1):
        frame = re.match(r'\s+File "(.+)", line (\d+), in (.+)', line)
        if frame:
            following = lines[number + 1] if number + 1 < len(lines) else ""
            source = following.strip() if following.startswith("    ") else ""
            frames.append((frame[1], frame[2], f"{frame[3]}\0{source}"))
        elif line and not line.startswith(" "):
            name, _, message = line.partition(": ")
            users = [frame for frame in frames if not library(frame[0])]
            where = ""
            if users:
                function, _, source = users[-1][2].partition("\0")
                where = f" (in {function}, line {users[-1][1]}" + (f": {source})" if source else ")")
            return name.rpartition(".")[2], message + where
    return None


def shorten(message: str) -> str:
    """A message of Spark's without the plan and the copy of the query after it."""
    return _POSITION.sub("", _CONTEXT.sub("", _PLAN.sub("", message))).strip().rstrip(";")


def position(message: str) -> tuple[int, int] | None:
    """The line (from 1) and column (from 0) that a message of Spark's parser names."""
    found = _POSITION.search(message)
    return (int(found[1]), int(found[2])) if found else None


def excerpt(source: str, line: int, column: int | None = None, width: int = 1) -> list[str]:
    """A line of the cell (from 1) with its number, and a caret below ``column`` (from 0) where that is known."""
    lines = source.split("\n")
    if not 1 <= line <= len(lines):
        return []
    shown = [f"{line:>4} | {lines[line - 1]}"]
    if column is not None:
        lead = "".join("\t" if character == "\t" else " " for character in lines[line - 1][:column])
        shown.append(f"     | {lead}{'^' * max(1, min(width, len(lines[line - 1]) - column))}")
    return shown


def place(source: str, offset: int) -> tuple[int, int]:
    """The line (from 1) and column (from 0) of an offset."""
    before = source[:offset]
    return before.count("\n") + 1, offset - (before.rfind("\n") + 1)


def library(path: str) -> bool:
    """Whether a file is a library's, as opposed to a cell's or the user's own."""
    return path.startswith(_LIBRARIES) or path.endswith((".pyx", ".pxi"))


def _through_py4j(traceback: TracebackType | None) -> bool:
    while traceback is not None:
        if "py4j" in traceback.tb_frame.f_code.co_filename:
            return True
        traceback = traceback.tb_next
    return False


def users_part(traceback: TracebackType | None) -> TracebackType | None:
    """The traceback with the frames of the user's own code alone; None when there is none."""
    frames = []
    while traceback is not None:
        frames.append(traceback)
        traceback = traceback.tb_next
    shown = None
    for frame in reversed(frames):
        if not library(frame.tb_frame.f_code.co_filename):
            shown = TracebackType(shown, frame.tb_frame, frame.tb_lasti, frame.tb_lineno)
    return shown
