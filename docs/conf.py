"""How Sphinx builds these pages: ``python -m sphinx -W docs FOLDER``."""

from lakebook import __version__

project = "Lakebook"
release = __version__
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
html_theme = "alabaster"
html_theme_options = {
    "description": "One notebook, four languages, one lakehouse",
    "page_width": "1280px",
    "sidebar_width": "240px",
}
html_show_sourcelink = False
html_show_copyright = False

myst_heading_anchors = 4  # as the pages link to them
default_role = "code"  # `x` in a docstring
autodoc_member_order = "bysource"
autodoc_typehints_format = "short"
