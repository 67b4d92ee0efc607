from kernel.standins import StandInHost, StandInOutput
from lakebook_kernel.cell import read
from lakebook_kernel.languages.markdown import MarkdownLanguage


def test_markdown_is_shown(host: StandInHost, output: StandInOutput) -> None:
    MarkdownLanguage(host).run(read("%md\n# Title\n\n    code"), output)
    ((_, data),) = output.of("display")
    assert data == {"text/markdown": "# Title\n\n    code", "text/plain": "# Title\n\n    code"}


def test_an_empty_cell_shows_nothing(host: StandInHost, output: StandInOutput) -> None:
    MarkdownLanguage(host).run(read("%md\n"), output)
    assert output.messages == []
