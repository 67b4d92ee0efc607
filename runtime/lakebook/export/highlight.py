"""The code of one cell, coloured as what it is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from nbconvert.filters.highlight import Highlight2HTML, Highlight2Latex
from pygments import highlight
from pygments.formatter import Formatter
from pygments.formatters import HtmlFormatter, LatexFormatter
from pygments.lexer import Lexer
from pygments.lexers import get_lexer_by_name
from pygments.token import Comment, Name, _TokenType

from lakebook.magics import head

#: by language: how it is called, how Pygments calls its lexer, and a colour that shows on white and on black
_LOOKS = {
    "python": ("Python", "ipython3", "#0072b2"),
    "sql": ("SQL", "sql", "#b45309"),
    "r": ("R", "r", "#00785a"),
    "scala": ("Scala", "scala", "#c23a7e"),
    "duckdb": ("DuckDB", "postgresql", "#857300"),
    "sh": ("Shell", "bash", "#6f5fd0"),
    "md": ("Markdown", "markdown", "#757575"),
    "skip": ("Skip", "text", "#757575"),
}

#: the edge of a cell, and its language's name; nbconvert leaves the code no attributes but classes
STYLE = """\
.lakebook-cell {
  position: relative;
  padding-left: 6px;
  border-left: 3px solid var(--lakebook-language);
}
.lakebook-cell::after {
  content: var(--lakebook-language-name);
  position: absolute;
  top: 2px;
  right: 6px;
  font: 600 10px sans-serif;
  color: var(--lakebook-language);
}
""" + "".join(
    f".lakebook-{name} {{ --lakebook-language: {color}; --lakebook-language-name: '{label}'; }}\n"
    for name, (label, _, color) in _LOOKS.items()
)


class CellLexer(Lexer):  # type: ignore[misc]
    """Reads a cell's language from its first line, which is shown as a magic.

    Args:
        default: the language of cells without one.
    """

    name = "Lakebook cell"

    def __init__(self, default: str, **options: Any) -> None:
        super().__init__(**{"stripnl": False, **options})
        self._default = default

    def get_tokens_unprocessed(self, text: str) -> Iterator[tuple[int, _TokenType, str]]:
        """As Pygments asks for it: each piece with its place and kind."""
        begins = head(text, self._default)
        pieces = (
            (0, Comment, begins.start),
            (begins.start, Name.Decorator, begins.word),
            (begins.word, Name.Attribute, begins.end),
        )
        yield from ((start, kind, text[start:end]) for start, kind, end in pieces if start < end)
        code = get_lexer_by_name(_LOOKS[begins.language][1])
        for place, kind, piece in code.get_tokens_unprocessed(text[begins.end :]):
            yield begins.end + place, kind, piece


class HtmlOfCells(Highlight2HTML):
    """nbconvert's filter ``highlight_code`` for a notebook of ours."""

    def __init__(self, default: str, **options: Any) -> None:
        super().__init__(pygments_lexer=default, **options)
        self._default = default

    def __call__(self, source: str, language: str | None = None, metadata: Any = None) -> str:
        """The code of a cell; ``language`` is given of code in prose alone, which has no magic."""
        if language:
            return str(super().__call__(source, language, metadata))
        name = head(source, self._default).language
        formatter = HtmlFormatter(cssclass=f"highlight hl-{_LOOKS[name][1]}", **self.extra_formatter_options)
        code = _highlighted(source or " ", self._default, formatter)
        return f'<div class="lakebook-cell lakebook-{name}">{code}</div>'


class LatexOfCells(Highlight2Latex):
    """The same where LaTeX is written."""

    def __init__(self, default: str, **options: Any) -> None:
        super().__init__(pygments_lexer=default, **options)
        self._default = default

    def __call__(
        self, source: str, language: str | None = None, metadata: Any = None, strip_verbatim: bool = False
    ) -> str:
        """The code of a cell; ``language`` is given of code in prose alone, which has no magic."""
        if language:
            return str(super().__call__(source, language, metadata, strip_verbatim))
        code = _highlighted(source, self._default, LatexFormatter(**self.extra_formatter_options))
        if strip_verbatim:
            code = code.replace("\\begin{Verbatim}[commandchars=\\\\\\{\\}]\n", "").replace("\n\\end{Verbatim}\n", "")
        return code


def _highlighted(source: str, default: str, formatter: Formatter[str]) -> str:
    return str(highlight(source, CellLexer(default), formatter))
