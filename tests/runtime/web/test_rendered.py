"""What is left of a notebook's HTML when it is shown."""

from __future__ import annotations

import pytest

from lakebook.web.rendered import clean

PICTURE = "data:image/png;base64,iVBORw0KGgo="


def test_a_picture_in_the_page_is_shown_as_it_was_made() -> None:
    picture = f'<img alt="delays" src="{PICTURE}" style="width: 10px;" title="x" width="10">'
    assert clean(picture) == picture


@pytest.mark.parametrize(
    "source",
    ["http://host/x.png", "https://host/x.png", "//host/x.png", "x.png", " HTTPS://host/x", "data:text/html,x"],
)
def test_a_picture_elsewhere_is_not_asked_for(source: str) -> None:
    assert clean(f'<img src="{source}" alt="delays">') == '<img alt="delays">'
