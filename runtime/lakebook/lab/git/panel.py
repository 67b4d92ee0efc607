"""The git of the lab's panel: jupyterlab-git's, which does not know that outputs may stay out of commits.

By itself it shows a notebook as changed whose outputs alone have changed, shows them in the difference of a notebook,
and asks at every commit whether to delete them from the file. Nor does it clone, or pull what has to be merged.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Any

from jupyterlab_git_core.git import Git, execute
from typing_extensions import override

from lakebook.lab.git import settings
from lakebook.lab.git.outputs import has_outputs

_SUFFIX = settings.NOTEBOOKS.removeprefix("*")


class NotebookGit(Git):
    """Looks at a notebook as git does, where its outputs are left out of commits."""

    def __init__(self, config: Any = None) -> None:
        super().__init__(config)
        #: of a file that differs from what is staged: its size and time then, and what was staged
        self._differing: dict[Path, tuple[int, int, str]] = {}

    @override
    async def clone(
        self, path: str, repo_url: str, auth: Any = None, versioning: bool = True, submodules: bool = False
    ) -> Any:
        # its dialog asks for files without a repository unless "Download the repository" is ticked, which means just
        # that; a clone has the files too
        return await super().clone(path, repo_url, auth, True, submodules)

    @override
    async def pull(self, path: str, auth: Any = None, cancel_on_conflict: bool = False) -> Any:
        # git refuses to join two histories until somebody has chosen how; in the panel nobody could
        chosen, _, _ = await execute(["git", "config", "--get-regexp", r"^pull\.(rebase|ff)$"], cwd=path)
        if chosen != 0:
            await execute(["git", "config", "--local", "pull.rebase", "false"], cwd=path)
        return await super().pull(path, auth, cancel_on_conflict)

    @override
    async def status(self, path: str) -> Any:
        answer = await super().status(path)
        changed = [file for file in answer.get("files", ()) if file["y"] == "M" and file["to"].endswith(_SUFFIX)]
        same = [file for file in changed if await self._is_same(path, file["to"])]
        for file in same:
            # git looks at sizes first; staged again, though nothing is new, it knows the size
            code, _, _ = await execute(["git", "add", "--", f":(top,literal){file['to']}"], cwd=path)
            if code == 0:
                file["y"] = " "
        answer["files"] = [
            file for file in answer.get("files", ()) if file not in same or (file["x"], file["y"]) != (" ", " ")
        ]
        return answer

    @override
    async def check_notebooks_with_outputs(self, path: str) -> Any:
        answer = await super().check_notebooks_with_outputs(path)
        names = [name for name in answer["notebooks_with_outputs"] if await self._is_staged_with_outputs(path, name)]
        return {"notebooks_with_outputs": names, "has_outputs": bool(names)}

    @override
    async def get_content(self, contents_manager: Any, filename: str, path: str) -> Any:
        content = await super().get_content(contents_manager, filename, path)
        if content and filename.endswith(_SUFFIX) and await self._is_filtered(path, filename):
            return await _cleaned(content)
        return content

    async def _is_same(self, path: str, name: str) -> bool:
        """Whether nothing of a changed notebook would be committed."""
        if not await self._is_filtered(path, name):
            return False
        _, staged, _ = await execute(["git", "ls-files", "--stage", "-z", "--", f":(top,literal){name}"], cwd=path)
        blob = staged.split()[1] if staged else ""
        file = Path(path) / name
        try:
            about = file.stat()
        except FileNotFoundError:
            return False
        now = (about.st_size, about.st_mtime_ns, blob)
        if self._differing.get(file) == now:
            return False
        code, hashed, _ = await execute(["git", "hash-object", f"--path={name}", "--", name], cwd=path)
        if code == 0 and hashed.strip() == blob:
            return True
        self._differing[file] = now
        return False

    async def _is_filtered(self, path: str, name: str) -> bool:
        _, told, _ = await execute(["git", "check-attr", "-z", "filter", "--", name], cwd=path)
        return bool(told.split("\0")[2:3] == [settings.FILTER])

    async def _is_staged_with_outputs(self, path: str, name: str) -> bool:
        _, text, _ = await execute(["git", "show", f":{name}"], cwd=path)
        return await asyncio.to_thread(has_outputs, text)


async def _cleaned(content: str) -> str:
    """A notebook as it would be committed; as it is, where it is none."""
    command = [sys.executable, "-P", "-m", "lakebook.lab.git.drivers", "clean"]
    pipe = asyncio.subprocess.PIPE
    filtering = await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe, stderr=pipe)
    cleaned, _ = await filtering.communicate(content.encode())
    return cleaned.decode() if filtering.returncode == 0 else content
