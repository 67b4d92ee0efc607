"""One repository on this disk: what its notebooks are set to, and setting it."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from lakebook import atomic
from lakebook.lab.git import attributes, settings

_NOTEBOOK, _COMMENTS = "notebook.ipynb", "notebook.ipynb.comments.jsonl"


class GitError(Exception):
    """Git cannot do what was asked; one clear sentence."""


@dataclass(frozen=True)
class State:
    """What a repository does with notebooks."""

    #: by nbdime; what ``.gitattributes`` says
    is_by_cell: bool
    is_without_outputs: bool
    is_union_of_comments: bool
    #: whether the commands for that are known in this clone, and are there
    is_set_up: bool


@dataclass(frozen=True)
class Repository:
    """A repository with files.

    Args:
        top: its folder.
    """

    top: Path

    @property
    def attributes(self) -> Path:
        """The file that is committed, so that it holds in every clone."""
        return self.top / ".gitattributes"

    def state(self) -> State:
        """What its notebooks are set to now."""
        of_notebooks, of_comments = self._attributes_of(_NOTEBOOK), self._attributes_of(_COMMENTS)
        is_by_cell = of_notebooks["diff"] == of_notebooks["merge"] == settings.DRIVER
        is_without_outputs = of_notebooks["filter"] == settings.FILTER
        needed = [*(settings.DRIVERS if is_by_cell else ()), *(settings.FILTERS if is_without_outputs else ())]
        return State(
            is_by_cell,
            is_without_outputs,
            is_union_of_comments=of_comments["merge"] == settings.UNION,
            is_set_up=all(self._is_known(name) for name in needed),
        )

    def set_up(self, *, outputs: bool | None) -> None:
        """Let it compare and merge notebooks cell by cell.

        Args:
            outputs: whether they are committed; None leaves it as it is.

        Raises:
            GitError: its files cannot be written, or say something else already.
        """
        if outputs is False:
            self._check_filter()
        text = before = self._read()
        state = self.state()
        if not state.is_by_cell:
            text = attributes.added(text, settings.NOTEBOOKS, f"diff={settings.DRIVER}", f"merge={settings.DRIVER}")
        if not state.is_union_of_comments:
            text = attributes.added(text, settings.COMMENTS, f"merge={settings.UNION}")
        if outputs is False and not state.is_without_outputs:
            text = attributes.added(text, settings.NOTEBOOKS, f"filter={settings.FILTER}")
        if outputs is True:
            text = attributes.taken_out(text, settings.NOTEBOOKS, f"filter={settings.FILTER}")
        for name, value in (settings.DRIVERS | settings.FILTERS).items():
            self._git("config", "--local", name, value)
        if text != before:
            self._write(text)
        if outputs is True and self.state().is_without_outputs:
            raise GitError(
                f"{self.attributes} has no line {settings.NOTEBOOKS} filter={settings.FILTER}, and yet it is set: "
                f"git check-attr filter -- {_NOTEBOOK} says it; another file of attributes has it."
            )

    def with_outputs(self) -> list[str]:
        """Notebooks that have outputs in what would be committed now, though they are to be left out."""
        from lakebook.lab.git.outputs import has_outputs

        listed = self._git("ls-files", "-z", "--stage", "--", settings.NOTEBOOKS).split("\0")
        files = [(about.split()[1], name) for about, _, name in (entry.partition("\t") for entry in listed) if name]
        texts = self._texts([blob for blob, _ in files])
        return list(dict.fromkeys(name for (_, name), text in zip(files, texts, strict=True) if has_outputs(text)))

    def _texts(self, blobs: list[str]) -> Iterator[str]:
        """What git keeps under each of these identifiers."""
        asked = "".join(f"{blob}\n" for blob in blobs).encode()
        rest = _git(self.top, ["cat-file", "--batch"], given=asked)
        for _ in blobs:
            head, _, rest = rest.partition(b"\n")
            size = int(head.split()[2])
            yield rest[:size].decode(errors="replace")
            rest = rest[size + 1 :]

    def is_to_commit(self) -> bool:
        """Whether ``.gitattributes`` is other than in the last commit."""
        return self._git("show", f"HEAD:{self.attributes.name}", check=False) != self._read()

    def _check_filter(self) -> None:
        already = self._attributes_of(_NOTEBOOK)["filter"]
        if already not in ("unspecified", "unset", "set", settings.FILTER):
            raise GitError(
                f"Notebooks go through the filter {already} already, which .gitattributes says, and git takes one only."
            )

    def _attributes_of(self, name: str) -> dict[str, str]:
        told = self._git("check-attr", "-z", "diff", "merge", "filter", "--", name).split("\0")
        return dict(zip(told[1::3], told[2::3], strict=False))

    def _is_known(self, name: str) -> bool:
        # not what the lab has told its own processes
        outside = {key: value for key, value in os.environ.items() if key != "GIT_CONFIG_COUNT"}
        value = self._git("config", "--get", name, check=False, environment=outside).strip()
        if not name.endswith((".command", ".driver", ".clean")):
            return bool(value)
        return bool(value) and shutil.which(shlex.split(value)[0]) is not None

    def _read(self) -> str:
        try:
            return self.attributes.read_bytes().decode(errors="surrogateescape") if self.attributes.exists() else ""
        except OSError as problem:
            raise GitError(f"{self.attributes} cannot be read: {_reason(problem)}.") from None

    def _write(self, text: str) -> None:
        try:
            atomic.write_bytes(self.attributes, text.encode(errors="surrogateescape"))
        except OSError as problem:
            raise GitError(f"{self.attributes} cannot be written: {_reason(problem)}.") from None

    def _git(self, *words: str, check: bool = True, environment: dict[str, str] | None = None) -> str:
        return _text(_git(self.top, words, check=check, environment=environment))


def find_repository(folder: Path) -> Repository:
    """The repository that a folder is in.

    Raises:
        GitError: there is none, or no git.
    """
    if not folder.is_dir():
        raise GitError(f"{folder} is no folder.")
    top = _text(_git(folder, ["rev-parse", "--show-toplevel"])).removesuffix("\n")
    return Repository(Path(top))


def _git(
    folder: Path,
    words: Iterable[str],
    *,
    check: bool = True,
    environment: dict[str, str] | None = None,
    given: bytes = b"",
) -> bytes:
    try:
        asked = subprocess.run(
            ["git", *words],
            cwd=folder,
            env={**(os.environ if environment is None else environment), "LC_ALL": "C"},
            input=given,
            capture_output=True,
            check=False,
        )
    except FileNotFoundError:
        raise GitError("Git is not installed; on Debian and Ubuntu: apt-get install git") from None
    if check and asked.returncode:
        raise GitError(_sentence(folder, asked.stderr.decode(errors="replace")))
    return asked.stdout


def _sentence(folder: Path, said: str) -> str:
    if "not a git repository" in said:
        return f"{folder.resolve()} is in no git repository; git init makes one, git clone brings one."
    if "must be run in a work tree" in said:
        return f"{folder.resolve()} is a repository without files: set up a clone of it."
    return f"git says: {said.strip().removeprefix('fatal: ').partition(chr(10))[0]}"


def _text(said: bytes) -> str:
    return said.decode(errors="surrogateescape")


def _reason(problem: OSError) -> str:
    return (problem.strerror or str(problem)).lower()
