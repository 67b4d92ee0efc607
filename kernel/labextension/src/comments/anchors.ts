import type { IAnchor, IPlace } from './records';

/** Characters that are kept of what stands around a passage. */
const CONTEXT = 40;

/** Characters of a cell, or of a passage, that make it unlikely that there is another one like it. */
const TELLING = 24;

/** Characters that are kept of a cell's text. */
const BEGINNING = 200;

export interface IRange {
  start: number;
  end: number;
}

/** A cell as far as anchors are concerned. */
export interface ICellText {
  id: string;
  source: string;
}

export interface ISpot {
  cell: string;
  /** None, if the whole cell is meant or the passage is no more. */
  range?: IRange;
  /** Whether the cell is there and the passage is not. */
  outdated?: boolean;
}

/** What an anchor says of a cell, or of a passage in it. */
export function describe(cell: ICellText, range?: IRange): IPlace {
  if (!range || range.start >= range.end) {
    return { cell: cell.id, source: cell.source.slice(0, BEGINNING) };
  }
  return {
    cell: cell.id,
    quote: cell.source.slice(range.start, range.end),
    before: cell.source.slice(Math.max(0, range.start - CONTEXT), range.start),
    after: cell.source.slice(range.end, range.end + CONTEXT)
  };
}

/**
 * Find where an anchor belongs, by the cell's identifier, else by its text.
 *
 * A passage that is no longer in its cell is looked for in the others: a cell may have been split, or its text moved.
 */
export function find(anchor: IAnchor, cells: readonly ICellText[]): ISpot | null {
  const own = cells.find(cell => cell.id === anchor.cell);
  if (anchor.quote === undefined) {
    return own ? { cell: own.id } : findCell(anchor, cells);
  }
  const within = own && best(anchor, own.source);
  if (own && within) {
    return { cell: own.id, range: within.range };
  }
  return findPassage(anchor, cells) ?? (own ? { cell: own.id, outdated: true } : null);
}

function findCell({ source = '' }: IAnchor, cells: readonly ICellText[]): ISpot | null {
  const text = source.trim();
  if (!text) {
    return null;
  }
  const same = cells.find(cell => cell.source.slice(0, BEGINNING).trim() === text);
  // two that were merged into one
  const found = same ?? (text.length >= TELLING ? cells.find(cell => cell.source.includes(text)) : undefined);
  return found ? { cell: found.id } : null;
}

function findPassage(anchor: IAnchor, cells: readonly ICellText[]): ISpot | null {
  const { quote = '', before = '', after = '' } = anchor;
  const enough = quote.length >= TELLING ? 0 : Math.max(1, (before.length + after.length) / 2);
  const isCut = ({ source }: ICellText, { start, end }: IRange) =>
    isPart(source.slice(0, start), before, 'endsWith') && isPart(source.slice(end), after, 'startsWith');
  let found: (ISpot & { score: number }) | null = null;
  for (const cell of cells) {
    const match = best(anchor, cell.source);
    const isMeant = match && (match.score >= enough || isCut(cell, match.range));
    if (isMeant && match.score > (found?.score ?? -1)) {
      found = { cell: cell.id, ...match };
    }
  }
  return found && { cell: found.cell, range: found.range };
}

/** The occurrence of a passage around which most is as it was. */
function best({ quote = '', before = '', after = '' }: IAnchor, text: string): { range: IRange; score: number } | null {
  let found: { range: IRange; score: number } | null = null;
  for (let start = text.indexOf(quote); quote && start >= 0; start = text.indexOf(quote, start + 1)) {
    const end = start + quote.length;
    const score = commonEnd(text.slice(0, start), before) + commonBeginning(text.slice(end), after);
    if (!found || score > found.score) {
      found = { range: { start, end }, score };
    }
  }
  return found;
}

/** Whether all that is left on one side of a passage was there before: a cell is cut where it was split. */
function isPart(left: string, known: string, on: 'startsWith' | 'endsWith'): boolean {
  const [text, before] = [left.trim(), known.trim()];
  return before ? before[on](text) || text[on](before) : !left || left[on]('\n');
}

function commonBeginning(a: string, b: string): number {
  let length = 0;
  while (length < a.length && length < b.length && a[length] === b[length]) {
    length++;
  }
  return length;
}

function commonEnd(a: string, b: string): number {
  let length = 0;
  while (length < a.length && length < b.length && a.at(-1 - length) === b.at(-1 - length)) {
    length++;
  }
  return length;
}
