"""Executed notebooks as HTML that can do nothing but be looked at."""

from __future__ import annotations

import re
from functools import lru_cache
from html import escape
from pathlib import Path
from typing import Any

import bleach
import nbformat
from bleach.css_sanitizer import CSSSanitizer
from nbconvert import HTMLExporter
from pygments.formatters import HtmlFormatter

from lakebook.export import PREPROCESSOR, STYLE

#: renderings that are kept, for several who look at the same
_KEPT = 16
_TAGS = (
    "a abbr b blockquote br caption code col colgroup dd del details div dl dt em figcaption figure h1 h2 h3 h4 h5 h6 "
    "hr i img ins kbd li mark ol p pre q s samp small span strong sub summary sup table tbody td tfoot th thead tr u "
    "ul var"
)
_ANYWHERE = ("class", "title", "style", "dir", "lang")


def _of_picture(_tag: str, name: str, value: str) -> bool:
    """Only pictures that are in the page itself: others would tell their server who looks at it, and when."""
    if name == "src":
        return value.strip().lower().startswith("data:image/")
    return name in ("alt", "width", "height", *_ANYWHERE)


_ATTRIBUTES = {
    "*": _ANYWHERE,
    "a": ["href", "name", "target", "rel"],
    "col": ["span"],
    "colgroup": ["span"],
    "details": ["open"],
    "img": _of_picture,
    "ol": ["start"],
    "table": ["border"],
    "td": ["colspan", "rowspan"],
    "th": ["colspan", "rowspan", "scope"],
}
_STYLES = CSSSanitizer(
    allowed_css_properties=[
        *(
            "background-color",
            "border-left",
            "color",
            "font-family",
            "font-size",
            "font-style",
            "font-weight",
            "height",
            "margin",
        ),
        *("max-width", "padding", "text-align", "text-decoration", "vertical-align", "white-space", "width"),
    ]
)
#: elements whose text is not meant to be read
_UNREAD = re.compile(r"<(script|style|template)\b.*?</\1\s*>", re.DOTALL | re.IGNORECASE)
_ASSETS = Path(__file__).with_name("assets")


def page(file: Path, title: str) -> str:
    """A document of its own with a notebook in it.

    Raises:
        OSError: the file cannot be read.
        ValueError: it is no notebook.
    """
    found = file.stat()
    body = _body(file, found.st_mtime_ns, found.st_size)
    head = f'<meta charset="utf-8"><title>{escape(title)}</title><style>{_style()}</style>'
    return f'<!DOCTYPE html><html lang="en"><head>{head}</head><body><main>{body}</main></body></html>'


@lru_cache(_KEPT)
def _body(file: Path, _changed: int, _size: int) -> str:
    try:
        notebook = nbformat.reads(file.read_text(encoding="utf-8"), as_version=4)
    except nbformat.reader.NotJSONError as problem:
        raise ValueError(str(problem)) from None
    body, _ = _exporter().from_notebook_node(notebook)
    return str(body)


@lru_cache(1)
def _exporter() -> Any:
    exporter = HTMLExporter(
        template_name="basic", sanitize_html=True, anchor_link_text="", preprocessors=[PREPROCESSOR]
    )
    exporter.register_filter("clean_html", clean)
    return exporter


def clean(html: str) -> str:
    """HTML without scripts, and without anything that loads something."""
    text = _UNREAD.sub("", html)
    cleaned: str = bleach.clean(
        text,
        tags=_TAGS.split(),
        attributes=_ATTRIBUTES,
        protocols=["http", "https", "data"],
        css_sanitizer=_STYLES,
        strip=True,
    )
    return cleaned


@lru_cache(1)
def _style() -> str:
    light = HtmlFormatter(style="default").get_style_defs(".highlight")
    dark = HtmlFormatter(style="github-dark").get_style_defs(".highlight")
    own = (_ASSETS / "notebook.css").read_text()
    return f"{light}\n@media (prefers-color-scheme: dark) {{\n{dark}\n}}\n{STYLE}\n{own}"
