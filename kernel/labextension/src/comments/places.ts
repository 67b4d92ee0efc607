import type { YBaseCell, YNotebook } from '@jupyter/ydoc';
import * as Y from 'yjs';

import { describe, find, type ICellText, type IRange, type ISpot } from './anchors';
import type { IAnchor, IPlace, IThread } from './records';

/** Where a thread is while the notebook is open: positions in the cell's shared text, which move with it. */
interface ILive {
  /** From which it was found. */
  anchor: IAnchor;
  cell: string;
  text: Y.Text;
  range?: { start: Y.RelativePosition; end: Y.RelativePosition };
  /** The cell's text, by which another cell is known that has taken it over. */
  source: string;
}

type Cell = YBaseCell<never>;

/** Where the threads of a notebook are, however its cells are moved, split and edited. */
export class Places {
  /**
   * @param _notebook - The notebook.
   * @param _keepsIds - Whether cells have the same identifiers when the notebook is opened again.
   */
  constructor(
    private readonly _notebook: YNotebook,
    private readonly _keepsIds: boolean
  ) {}

  /** Find all of them anew; those that were found are followed. */
  update(threads: readonly IThread[]): void {
    const spots = new Map<string, ISpot>();
    if (threads.length) {
      const cells = this._cells;
      const byId = new Map(cells.map(cell => [cell.id, cell]));
      let texts: ICellText[] | null = null;
      for (const { id, anchor } of threads) {
        const spot = anchor && (this._follow(anchor, byId) ?? this._find(anchor, byId, (texts ??= cells.map(text))));
        if (spot) {
          spots.set(id, spot);
        }
      }
    }
    [...this._live.keys()].filter(id => !spots.has(id)).forEach(id => this._live.delete(id));
    this._spots = spots;
  }

  /** Where a thread is; nowhere, if its cell is deleted. */
  of(thread: string): ISpot | undefined {
    return this._spots.get(thread);
  }

  /** The threads that would not be found where they are now when the notebook is opened again, and where they are. */
  outgrown(threads: readonly IThread[]): [IThread, IPlace][] {
    const cells = this._cells.map(text);
    const later = this._keepsIds ? cells : cells.map(({ source }, index) => ({ id: `${index}`, source }));
    return threads.flatMap(thread => {
      const spot = this.of(thread.id);
      const index = cells.findIndex(({ id }) => id === spot?.cell);
      if (!thread.anchor || !spot || spot.outdated || index < 0) {
        return [];
      }
      const again = find(thread.anchor, later);
      const place = describe(cells[index], spot.range);
      const isFound = again?.cell === later[index].id && sameRange(again.range, spot.range);
      return isFound || samePlace(thread.anchor, place) ? [] : [[thread, place] as [IThread, IPlace]];
    });
  }

  private get _cells(): Cell[] {
    return this._notebook.cells as unknown as Cell[];
  }

  private _follow(anchor: IAnchor, cells: Map<string, Cell>): ISpot | null {
    const live = this._live.get(anchor.anchor);
    const cell = live && cells.get(live.cell);
    if (!live || !cell || live.anchor.at !== anchor.at || !samePlace(live.anchor, anchor)) {
      return null;
    }
    if (anchor.quote === undefined) {
      live.source = cell.source;
      return { cell: live.cell };
    }
    const range = live.text === cell.ysource && live.range && absolute(live.range, this._notebook.ydoc);
    return range ? { cell: live.cell, range } : null;
  }

  private _find(anchor: IAnchor, cells: Map<string, Cell>, texts: ICellText[]): ISpot | null {
    const live = this._live.get(anchor.anchor);
    const spot =
      find(anchor, texts) ??
      // a cell that was edited before it was merged into another one
      (live && anchor.quote === undefined ? find({ ...anchor, source: live.source }, texts) : null);
    const cell = spot && cells.get(spot.cell);
    if (cell) {
      this._live.set(anchor.anchor, follow(anchor, cell, spot.range));
    }
    return spot;
  }

  private readonly _live = new Map<string, ILive>();
  private _spots = new Map<string, ISpot>();
}

function text(cell: Cell): ICellText {
  return { id: cell.id, source: cell.source };
}

function follow(anchor: IAnchor, cell: Cell, range?: IRange): ILive {
  const ytext = cell.ysource;
  return {
    anchor,
    cell: cell.id,
    text: ytext,
    source: cell.source,
    range: range && {
      // what is typed right before or after a passage is not part of it
      start: Y.createRelativePositionFromTypeIndex(ytext, range.start, 0),
      end: Y.createRelativePositionFromTypeIndex(ytext, range.end, -1)
    }
  };
}

function absolute(range: NonNullable<ILive['range']>, ydoc: Y.Doc): IRange | null {
  const start = Y.createAbsolutePositionFromRelativePosition(range.start, ydoc);
  const end = Y.createAbsolutePositionFromRelativePosition(range.end, ydoc);
  return start && end && start.index < end.index ? { start: start.index, end: end.index } : null;
}

function sameRange(a?: IRange, b?: IRange): boolean {
  return a?.start === b?.start && a?.end === b?.end;
}

function samePlace(a: IPlace, b: IPlace): boolean {
  return (['cell', 'source', 'quote', 'before', 'after'] as const).every(field => a[field] === b[field]);
}
