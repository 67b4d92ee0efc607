import type { ISignal } from '@lumino/signaling';
import { Signal } from '@lumino/signaling';

import type { IQuery, ISource, Row } from './types';

/** Rows that are asked for at a time. */
const PAGE = 200;
/** Pages that are remembered; those that were seen longest ago go. */
const PAGES = 60;

/** The rows of one query, which come page by page as they are looked at. */
export class Pages {
  /**
   * @param first - rows that are here already, from the first one on
   * @param total - how many there are, if that is known
   */
  constructor(
    private readonly _source: ISource,
    readonly query: IQuery,
    first: readonly Row[] = [],
    total: number | null = null
  ) {
    this._first = first;
    this._total = total;
    this._seen = first.length;
  }

  /** Rows have come, or could not. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** How many rows there are, as far as that is known: null when it is not. */
  get total(): number | null {
    return this._total;
  }

  /** How many rows can be gone to: all, or those that are known and some more. */
  get length(): number {
    return this._total ?? this._seen + PAGE;
  }

  /** How many rows are known to be there. */
  get seen(): number {
    return this._total ?? this._seen;
  }

  get isWaiting(): boolean {
    return this._waiting.size > 0;
  }

  /** Why rows are missing. */
  get error(): Error | null {
    return this._error;
  }

  /** A row; undefined while it has not come. */
  row(at: number): Row | undefined {
    if (at < this._first.length) {
      return this._first[at];
    }
    return this._pages.get(Math.floor(at / PAGE))?.[at % PAGE];
  }

  /** Have the rows from one to another come, if they are not here. */
  want(from: number, to: number): void {
    const end = Math.min(to, this.length);
    for (let page = Math.floor(from / PAGE); page * PAGE < end; page++) {
      const rows = this._pages.get(page);
      if (rows) {
        this._pages.delete(page);
        this._pages.set(page, rows); // seen last
      } else if ((page + 1) * PAGE > this._first.length && end > this._first.length && !this._waiting.has(page)) {
        void this._fetch(page);
      }
    }
  }

  /** Wait until rows are here; rejects when they cannot be had. */
  async load(from: number, to: number): Promise<Row[]> {
    const rows: Row[] = [];
    while (from + rows.length < to) {
      const page = await this._source.rows(this.query, from + rows.length, Math.min(PAGE, to - from - rows.length));
      rows.push(...page.rows);
      if (!page.more || !page.rows.length) {
        break;
      }
    }
    return rows;
  }

  /** The number of rows is known now. */
  setTotal(total: number): void {
    this._total = total;
    this._changed.emit();
  }

  private async _fetch(page: number): Promise<void> {
    this._waiting.add(page);
    try {
      const offset = page * PAGE;
      const rows: Row[] = [];
      let more = true;
      while (rows.length < PAGE && more) {
        const part = await this._source.rows(this.query, offset + rows.length, PAGE - rows.length);
        if (this._moment && part.moment !== this._moment) {
          this._pages.clear(); // the others were of another moment
        }
        this._moment = part.moment;
        rows.push(...part.rows);
        this._total = part.total ?? (part.more ? this._total : offset + rows.length);
        more = part.more && part.rows.length > 0;
      }
      this._seen = Math.max(this._seen, offset + rows.length);
      this._pages.set(page, rows);
      this._error = null;
      for (const oldest of this._pages.keys()) {
        if (this._pages.size <= PAGES) {
          break;
        }
        this._pages.delete(oldest);
      }
    } catch (problem) {
      this._error = problem as Error;
      this._total = this._total ?? this._seen;
    } finally {
      this._waiting.delete(page);
      this._changed.emit();
    }
  }

  private readonly _first: readonly Row[];
  private readonly _pages = new Map<number, Row[]>();
  private readonly _waiting = new Set<number>();
  private readonly _changed = new Signal<this, void>(this);
  private _total: number | null;
  private _seen: number;
  private _moment = 0;
  private _error: Error | null = null;
}
