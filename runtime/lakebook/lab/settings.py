"""What Jupyter's server is started with, so that it is the lab of a workspace."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

from lakebook import kernelspecs
from lakebook.config import WORKSPACE, Workspace
from lakebook.lab.git import settings as git
from lakebook.lab.people.owner import find_owner
from lakebook.lab.place import VARIABLE, Place

#: seconds without an edit until a document is saved: shorter, and whoever types waits for saves between two words
SAVE_DELAY = 0.5
_WITHOUT = (
    # asks another machine for news, and everybody whether it may
    "@jupyterlab/apputils-extension:announcements",
    # makes links that let in nobody, since the owner's token is in no page: Lakebook's menu makes others
    "@jupyter/collaboration-extension:shared-link",
    # a dashboard beside its notebook: Lakebook's button opens it in a tab of the browser
    "@voila-dashboards/jupyterlab-preview",
)
#: settings that begin otherwise than JupyterLab's: each person may change them
_OVERRIDES = {"@jupyterlab/codemirror-extension:plugin": {"defaultConfig": {"autoClosingBrackets": True}}}
#: its panel; without git it would say so in a dialog, to everybody and every time
_NEEDS_GIT = "@jupyterlab/git"
_TEMPLATES = Path(__file__).parent / "templates"
#: what a clone has and a wheel puts where Jupyter looks
_ETC = Path(__file__).resolve().parents[2] / "etc" / "jupyter"


def arguments(workspace: Workspace, place: Place) -> list[str]:
    """Of the command line of JupyterLab, with or without a hub. What follows them overrides them."""
    return _written(
        {
            "ServerApp.root_dir": workspace.root,
            "ServerApp.contents_manager_class": "lakebook.lab.contents.LabContentsManager",
            "ServerApp.allow_unauthenticated_access": False,
            # a container often has nobody else
            "ServerApp.allow_root": True,
            "KernelManager.transport_encryption": "auto",
            "MultiKernelManager.default_kernel_name": kernelspecs.KERNELS[0].name,
            "BaseFileIdManager.db_path": place.file_ids,
            "SQLiteYStore.db_path": place.documents,
            "YDocExtension.session_store_path": place.sessions,
            "YDocExtension.document_save_delay": SAVE_DELAY,
            "LabApp.workspaces_dir": place.layouts,
        }
    )


def peoples_arguments(workspace: Workspace, place: Place) -> list[str]:
    """What a lab without a hub has besides: it knows its people itself."""
    owner = find_owner(workspace)
    return _written(
        {
            "ServerApp.identity_provider_class": "lakebook.lab.people.identity.LabIdentityProvider",
            "ServerApp.authorizer_class": "lakebook.lab.people.authorizer.LabAuthorizer",
            "ServerApp.cookie_secret_file": place.cookie_secret,
            "ServerApp.extra_template_paths": _TEMPLATES,
            "LabIdentityProvider.owner_username": owner.username,
            "LabIdentityProvider.owner_name": owner.name,
            "LabIdentityProvider.people_file": place.people,
            "LabIdentityProvider.password_file": place.password,
        }
    )


def _written(traits: dict[str, object]) -> list[str]:
    return [f"--{name}={value}" for name, value in traits.items()]


def environment(workspace: Workspace, place: Place) -> dict[str, str]:
    """What the server and all that it starts find in their environment."""
    kernelspecs.install(prefix=place.jupyter)
    config = place.jupyter / "etc" / "jupyter"
    (config / "labconfig").mkdir(parents=True, exist_ok=True)
    for name, said in (("page_config", _pages()), ("default_setting_overrides", _OVERRIDES)):
        (config / "labconfig" / f"{name}.json").write_text(json.dumps(said))
    return {
        **os.environ,
        **git.environment(),
        WORKSPACE: str(workspace.root),
        VARIABLE: str(place.folder),
        "JUPYTER_PATH": _before("JUPYTER_PATH", place.jupyter / "share" / "jupyter"),
        "JUPYTER_CONFIG_PATH": _before("JUPYTER_CONFIG_PATH", config, _ETC),
    }


def _pages() -> dict[str, object]:
    without = [*_WITHOUT, *([] if shutil.which("git") else [_NEEDS_GIT])]
    return {"disabledExtensions": dict.fromkeys(without, True)}


def _before(variable: str, *folders: Path) -> str:
    already = os.environ.get(variable)
    return os.pathsep.join([*(str(folder) for folder in folders if folder.is_dir()), *([already] if already else [])])
