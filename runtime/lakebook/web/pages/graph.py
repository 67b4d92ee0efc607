"""Where the tasks of a run are drawn: in layers from left to right, with few crossing lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from graphlib import TopologicalSorter
from itertools import pairwise

#: of a task's box
WIDTH, HEIGHT = 172, 54
_GAP_X, _GAP_Y = 44, 18
#: height of the place that a line takes where it passes a layer
_LANE = 10
_MARGIN = 8
_SWEEPS = 6

#: a task's key, or a place in a layer that a line passes: ``(from, to, layer)``
_Place = str | tuple[str, str, int]


@dataclass(frozen=True)
class Box:
    """A task's place."""

    key: str
    x: float
    y: float


@dataclass(frozen=True)
class Line:
    """From a task to one that depends on it."""

    start: str
    end: str
    #: data of an SVG path
    path: str
    #: where a word on it ends
    x: float
    y: float


@dataclass(frozen=True)
class Drawing:
    """All that is drawn."""

    width: float
    height: float
    boxes: Sequence[Box]
    lines: Sequence[Line]
    box_width: int = WIDTH
    box_height: int = HEIGHT


def draw(needs: Mapping[str, Sequence[str]]) -> Drawing:
    """Lay out tasks.

    Args:
        needs: by each task the tasks that it depends on; no cycle.
    """
    layer = _layers(needs)
    places, chains = _places(needs, layer)
    _untangle(places, chains)
    centres = _centres(places)
    boxes = [Box(key, _left(layer[key]), centres[key] - HEIGHT / 2) for key in needs]
    lines = [_line(chain, centres, layer) for chain in chains]
    columns = max(layer.values(), default=0) + 1
    height = max((centre for centre in centres.values()), default=0) + HEIGHT / 2 + _MARGIN
    return Drawing(_left(columns) - _GAP_X + _MARGIN, height, boxes, lines)


def _layers(needs: Mapping[str, Sequence[str]]) -> dict[str, int]:
    layer: dict[str, int] = {}
    for key in TopologicalSorter(needs).static_order():
        layer[key] = max((layer[need] + 1 for need in needs[key]), default=0)
    return layer


def _places(
    needs: Mapping[str, Sequence[str]], layer: Mapping[str, int]
) -> tuple[list[list[_Place]], list[list[_Place]]]:
    """What is in each layer, and the places of each line."""
    places: list[list[_Place]] = [[] for _ in range(max(layer.values(), default=0) + 1)]
    for key in needs:
        places[layer[key]].append(key)
    chains: list[list[_Place]] = []
    for end, starts in needs.items():
        for start in starts:
            passed: list[_Place] = [(start, end, between) for between in range(layer[start] + 1, layer[end])]
            for lane, between in zip(passed, range(layer[start] + 1, layer[end]), strict=True):
                places[between].append(lane)
            chains.append([start, *passed, end])
    return places, chains


def _untangle(places: list[list[_Place]], chains: Sequence[Sequence[_Place]]) -> None:
    """Put each place near the middle of its neighbours, layer by layer, to and fro."""
    before: dict[_Place, list[_Place]] = {}
    after: dict[_Place, list[_Place]] = {}
    for chain in chains:
        for one, other in pairwise(chain):
            after.setdefault(one, []).append(other)
            before.setdefault(other, []).append(one)
    for sweep in range(_SWEEPS):
        forward = sweep % 2 == 0
        neighbours = before if forward else after
        for number in range(1, len(places)) if forward else range(len(places) - 2, -1, -1):
            reference = places[number - 1 if forward else number + 1]
            where = {place: index / len(reference) for index, place in enumerate(reference)}
            middles = {
                place: _middle([where[one] for one in neighbours.get(place, ())], index / len(places[number]))
                for index, place in enumerate(places[number])
            }
            places[number].sort(key=middles.__getitem__)


def _middle(positions: Sequence[float], otherwise: float) -> float:
    return sum(positions) / len(positions) if positions else otherwise


def _centres(places: Sequence[Sequence[_Place]]) -> dict[_Place, float]:
    heights = [sum(_height(place) + _GAP_Y for place in layer) - _GAP_Y for layer in places]
    tallest = max(heights, default=0)
    centres: dict[_Place, float] = {}
    for layer, height in zip(places, heights, strict=True):
        y = _MARGIN + (tallest - height) / 2
        for place in layer:
            centres[place] = y + _height(place) / 2
            y += _height(place) + _GAP_Y
    return centres


def _height(place: _Place) -> int:
    return HEIGHT if isinstance(place, str) else _LANE


def _left(layer: int) -> float:
    return _MARGIN + layer * (WIDTH + _GAP_X)


def _line(chain: Sequence[_Place], centres: Mapping[_Place, float], layer: Mapping[str, int]) -> Line:
    start, end = chain[0], chain[-1]
    assert isinstance(start, str) and isinstance(end, str)
    x, y = _left(layer[start]) + WIDTH, centres[start]
    path = f"M{x:g} {y:g}"
    for number, place in enumerate(chain[1:], start=layer[start] + 1):
        left = _left(number)
        bend = (left - x) / 2
        path += f"C{x + bend:g} {y:g} {left - bend:g} {centres[place]:g} {left:g} {centres[place]:g}"
        x, y = left, centres[place]
        if place is not end:
            x += WIDTH
            path += f"H{x:g}"
    return Line(start, end, path, x - 10, y - 6)
