"""Dashboards: Voilà runs a notebook for whoever opens its page, in a kernel that ends with the page.

Voilà's own addresses answer more than that: it serves pictures without a login, and lists folders. They are closed.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any, TypeVar, cast

from jupyter_core.utils import ensure_async
from jupyter_server.auth.decorator import authorized
from jupyter_server.base.handlers import JupyterHandler
from jupyter_server.utils import url_escape, url_path_join
from nbconvert.filters.markdown_mistune import IPythonRenderer
from nbconvert.preprocessors import CoalesceStreamsPreprocessor
from nbformat import NotebookNode
from nbformat.v4 import new_output
from tornado import web
from traitlets.config import Config
from typing_extensions import override
from voila.configuration import VoilaConfiguration
from voila.exporter import VoilaMarkdownRenderer
from voila.paths import collect_template_paths
from voila.tornado.handler import TornadoVoilaHandler

from lakebook.databricks.formats import SUFFIXES
from lakebook.lab.dashboards.kernels import DashboardKernels, KernelsOfPage
from lakebook.lab.dashboards.parameters import BadParameter, Parameters
from lakebook.lab.routes import put_first

_TEMPLATE = Path(__file__).parent / "template"
_THEMES = ("light", "dark")
#: parts of the lab that know nothing of Voilà's page, or need what it does not have
_NOT_OF_PAGES = (
    "@jupyter/collaboration-extension",
    "@jupyter/docprovider-extension",
    "@jupyterhub/jupyter-server-proxy",
    "@jupyterlab/git",
    "@lakebook/labextension",
    "@voila-dashboards/jupyterlab-preview",
    "nbdime-jupyterlab",
)
#: below the server's base
_CLOSED = r"voila(/?|/(tree|files|api/contents|api/shutdown|execution)(/.*)?)"


_Method = TypeVar("_Method", bound=Callable[..., Any])
_may_run = cast(
    Callable[[_Method], _Method],
    authorized("execute", "kernels", "Opening a dashboard runs its notebook, which this link does not let you do."),
)


class DashboardHandler(TornadoVoilaHandler):
    """``GET voila/render/PATH``: the page of a notebook, for who may run it."""

    @override
    def initialize(self, kernels: DashboardKernels, **settings: Any) -> None:
        """Called by tornado."""
        super().initialize(**settings)
        self._kernels = kernels
        self._page: KernelsOfPage | None = None

    @property
    def kernel_manager(self) -> Any:
        """Where Voilà starts the page's kernel."""
        return self._page or super().kernel_manager

    @web.authenticated
    @_may_run
    async def get(self, path: str) -> None:
        """Run the notebook, and send what it shows as it comes."""
        # else any page of the web could have notebooks run by a link to them
        if self.request.headers.get("Sec-Fetch-Site", "none") not in ("none", "same-origin"):
            raise web.HTTPError(403, "Open the dashboard in the lab, or copy its address into the browser.")
        if self.get_argument("theme", _THEMES[0]) not in _THEMES:
            raise web.HTTPError(400, f"The theme is one of {', '.join(_THEMES)}.")
        model = await ensure_async(self.contents_manager.get(path=path, content=False))
        if model["type"] != "notebook":  # such as a picture beside the notebook
            self.redirect(url_path_join(self.base_url, "files", url_escape(path)))
            return
        parameters = Parameters.of(self.request.arguments)
        file = Path(self.contents_manager._get_os_path(path)).resolve()
        self._page = KernelsOfPage(self._kernels, file, parameters)
        try:
            await super().get(path)
        except BadParameter as problem:
            raise web.HTTPError(400, "%s", str(problem)) from None
        finally:
            self._page.is_drawn = True

    @override
    def render_template(self, name: str, **values: Any) -> Any:
        """The page of an error is Jupyter's: Voilà's loads from other machines."""
        return JupyterHandler.render_template(self, name, **values)

    @override
    def get_template(self, name: str) -> Any:
        """As ``render_template`` asks for it."""
        return JupyterHandler.get_template(self, name)

    @override
    def on_connection_close(self) -> None:
        super().on_connection_close()
        if self._page is not None:
            self._page.is_drawn = True


class ClosedHandler(JupyterHandler):
    """An address of Voilà's that is of no use here."""

    @web.authenticated
    async def get(self, *_: str) -> None:
        """Say so."""
        raise web.HTTPError(404, "Dashboards are opened from their notebooks.")


class MarkdownRenderer(VoilaMarkdownRenderer):
    """Leaves pictures to the browser, which gets them from the server; Voilà's cannot read from this one's contents."""

    @override
    def image(self, text: str, url: str, title: str | None = None) -> str:
        """A picture in prose."""
        return str(IPythonRenderer.image(self, text, url, title))


def set_up(server: Any) -> None:
    """Put them on Jupyter's ``ServerApp``, in the place of Voilà's."""
    base = server.web_app.settings["base_url"]
    settings = {
        "kernels": DashboardKernels(server.kernel_manager),
        "config": _config(server.config),
        "template_paths": [str(_TEMPLATE), *collect_template_paths(["voila", "nbconvert"], "lab")],
        "voila_configuration": _configuration(server),
    }
    put_first(
        server.web_app,
        [
            (url_path_join(base, r"voila/render/(.+)"), DashboardHandler, settings),
            (url_path_join(base, _CLOSED), ClosedHandler),
        ],
    )
    # by which the extension knows that there are dashboards
    server.web_app.settings["page_config_data"]["lakebookDashboards"] = "true"


def _configuration(server: Any) -> VoilaConfiguration:
    configuration = VoilaConfiguration(parent=server)
    configuration.template = "lab"
    configuration.allow_template_override = "NO"
    configuration.extension_denylist = list(_NOT_OF_PAGES)
    configuration.extension_language_mapping = {suffix: "python" for suffix in SUFFIXES if suffix != ".ipynb"}
    configuration.show_tracebacks = True  # whoever sees it may run the notebook, too
    configuration.prelaunch_hook = _with_parameters
    configuration.page_config_hook = _with_own_formulas
    return configuration


def _config(of_server: Config) -> Config:
    config = deepcopy(of_server)
    of_voila = {
        "VoilaExporter": {"markdown_renderer_class": MarkdownRenderer},
        "VoilaExecutor": {"on_cell_executed": _merge_text},
    }
    config.merge(Config(of_voila))
    return config


def _merge_text(cell: Any, **_: Any) -> None:
    """Text that comes in pieces is shown as one: the page has each output on lines of its own.

    An empty display is left of a piece, since later cells update displays by their places.
    """
    merged, _ = CoalesceStreamsPreprocessor().preprocess_cell(NotebookNode(outputs=list(cell.outputs)), {}, 0)
    shown = {id(output) for output in merged.outputs}
    cell.outputs = [output if id(output) in shown else new_output("display_data") for output in cell.outputs]


def _with_parameters(handler: DashboardHandler, notebook: Any, cwd: str) -> Any:
    page = handler.kernel_manager
    return page.parameters.put_into(notebook)


def _with_own_formulas(page_config: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Without an address Voilà takes the MathJax that it brings, else one on another machine."""
    return {**page_config, "fullMathjaxUrl": None, "mathjaxConfig": None}
