import type { ISignal } from '@lumino/signaling';
import { Signal } from '@lumino/signaling';

import { element } from './dom';
import { cellOf, copied } from './gridCell';
import { headOf } from './gridHead';
import { moved } from './gridKeys';
import type { Pages } from './pages';
import { Selection } from './selection';
import type { IColumn, IOrder } from './types';
import { isNumeric, nameOf, textOf } from './types';

const ROW_HEIGHT = 24;
const HEAD_HEIGHT = 42;
/** Rows in sight at most, and before and after them in the page. */
const SIGHT = 16;
const AROUND = 6;
/** A browser's elements have a largest height: a scroll bar beyond it stands for more rows. */
const TALLEST = 4_000_000;
const NARROWEST = 48;
const WIDEST = 400;
/** Pixels of a letter, and rows that are looked at to find a column's width. */
const LETTER = 8;
const MEASURED = 40;
/** Pixels by which a key makes a column wider. */
const WIDER = 16;

let grids = 0;

export interface IGridState {
  columns: readonly IColumn[];
  /** The columns that are shown, in their order. */
  shown: readonly number[];
  orders: readonly IOrder[];
  filtered: ReadonlySet<number>;
}

/** The rows of a table: those in sight are in the page, the others come as they are scrolled to. */
export class Grid {
  constructor(private _state: IGridState) {
    this._id = `lb-grid-${++grids}`;
    this._head = element('div', { role: 'row', class: 'lb-Table-head', 'aria-rowindex': 1 });
    this._body = element('div', { role: 'rowgroup', class: 'lb-Table-rows' });
    this._space = element('div', { class: 'lb-Table-space', role: 'presentation' }, this._body);
    this.node = element(
      'div',
      { role: 'grid', tabindex: 0, class: 'lb-Table-grid', 'aria-label': 'Table', 'aria-multiselectable': 'true' },
      element('div', { role: 'rowgroup', class: 'lb-Table-heads' }, this._head),
      this._space
    );
    this.node.addEventListener('scroll', () => this._scrolled());
    this.node.addEventListener('wheel', event => this._wheeled(event), { passive: false });
    this.node.addEventListener('keydown', event => this._pressed(event));
    this.node.addEventListener('copy', event => this._copy(event));
    this.node.addEventListener('focus', () => this._render());
    this._body.addEventListener('mousedown', event => this._clicked(event));
    this._body.addEventListener('dblclick', () => this._opened.emit(this.selection.row));
    this.selection.changed.connect(() => this._render());
  }

  readonly node: HTMLDivElement;
  readonly selection = new Selection();

  /** A column's menu is wanted, beside an element. */
  get menuWanted(): ISignal<this, { column: number; at: HTMLElement }> {
    return this._menuWanted;
  }

  /** A column is to be sorted by, with others when the shift key is held. */
  get orderWanted(): ISignal<this, { column: number; more: boolean }> {
    return this._orderWanted;
  }

  /** The selected value is to be seen as a whole. */
  get opened(): ISignal<this, number> {
    return this._opened;
  }

  /** The selection is to be copied; rows may have to come first. */
  get copyWanted(): ISignal<this, void> {
    return this._copyWanted;
  }

  get state(): IGridState {
    return this._state;
  }

  set state(state: IGridState) {
    this._state = state;
    this._showHead();
    this._render();
  }

  /** Show the rows of a query. */
  show(pages: Pages, keepPlace: boolean): void {
    this._pages?.changed.disconnect(this._changed, this);
    this._pages = pages;
    pages.changed.connect(this._changed, this);
    if (!keepPlace) {
      this._top = 0;
      this.node.scrollTop = 0;
      this.selection.reset();
    }
    this._measure();
    this._showHead();
    this._render();
  }

  /** Give each column the width of what comes first of it, if that is more than it has; a number is never cut. */
  private _measure(): void {
    const rows = Array.from({ length: MEASURED }, (_, at) => this._pages?.row(at)).filter(row => row !== undefined);
    this._isMeasured = rows.length > 0;
    this._state.columns.forEach((column, at) => {
      if (!this._wasResized.has(at)) {
        const texts = rows.map(row => textOf(row[at]).split('\n')[0].length);
        const longest = Math.max(nameOf(column).length + 5, column.type.length * 0.85 + 3, 6, ...texts);
        const width = Math.max(NARROWEST, Math.round(longest * LETTER) + 20, this._widths[at] ?? 0);
        this._widths[at] = isNumeric(column.kind) ? width : Math.min(WIDEST, width);
      }
    });
  }

  private _showHead(): void {
    const { columns, shown, orders, filtered } = this._state;
    this._head.replaceChildren(
      ...shown.map((at, place) => {
        const id = `${this._id}-head-${at}`;
        const head = headOf(columns[at], at, id, place, orders, filtered.has(at), {
          menu: beside => this._menuWanted.emit({ column: at, at: beside }),
          order: more => this._orderWanted.emit({ column: at, more }),
          resize: width => this.resize(at, width)
        });
        head.style.width = `${this._widths[at]}px`;
        return head;
      })
    );
    this._showWidth();
    this.node.setAttribute('aria-colcount', String(shown.length));
  }

  private _showWidth(): void {
    const width = this._state.shown.reduce((sum, at) => sum + this._widths[at], 0);
    this._space.style.width = this._head.style.width = `${width}px`;
  }

  /** Give a column a width in pixels. */
  resize(at: number, width: number): void {
    this._wasResized.add(at);
    this._widths[at] = Math.max(NARROWEST, Math.round(width));
    const head = this._head.querySelector<HTMLElement>(`[id="${this._id}-head-${at}"]`);
    if (head) {
      head.style.width = `${this._widths[at]}px`;
    }
    this._showWidth();
    this._render();
  }

  width(at: number): number {
    return this._widths[at];
  }

  private _changed(): void {
    if (!this._isMeasured) {
      this._measure();
      this._showHead();
    }
    this._render();
  }

  private get _length(): number {
    return this._pages?.length ?? 0;
  }

  /** How many rows can be seen at once. */
  private get _sight(): number {
    return Math.min(SIGHT, Math.max(this._length, 1));
  }

  /** The height of all rows, or of what stands for them. */
  private get _height(): number {
    return Math.min(this._length * ROW_HEIGHT, TALLEST);
  }

  private get _isScaled(): boolean {
    return this._length * ROW_HEIGHT > TALLEST;
  }

  private _scrolled(): void {
    if (this._isScaled) {
      const place = this.node.scrollTop / Math.max(1, this._height - this._sight * ROW_HEIGHT);
      if (Math.abs(this.node.scrollTop - this._expected) > 1) {
        this._top = Math.round(place * (this._length - this._sight));
      }
    } else {
      this._top = this.node.scrollTop / ROW_HEIGHT;
    }
    this._render();
  }

  /** A turn of the wheel is some rows, also where a pixel of the scroll bar stands for many. */
  private _wheeled(event: WheelEvent): void {
    if (this._isScaled && event.deltaY && !event.shiftKey) {
      const before = this._top;
      this._goTo(this._top + event.deltaY / ROW_HEIGHT);
      if (this._top !== before) {
        event.preventDefault();
      }
    }
  }

  private _goTo(top: number): void {
    this._top = Math.max(0, Math.min(top, this._length - this._sight));
    this._expected = this._isScaled
      ? (this._top / (this._length - this._sight)) * (this._height - this._sight * ROW_HEIGHT)
      : this._top * ROW_HEIGHT;
    this.node.scrollTop = this._expected;
    this._expected = this.node.scrollTop;
    this._render();
  }

  private _render(): void {
    const pages = this._pages;
    if (!pages) {
      return;
    }
    const { columns, shown } = this._state;
    this._space.style.height = `${this._height}px`;
    this.node.style.height = `${this._sight * ROW_HEIGHT + HEAD_HEIGHT + 14}px`;
    this.node.setAttribute('aria-rowcount', String(pages.total === null ? -1 : pages.total + 1));
    const first = Math.max(0, Math.floor(this._top) - AROUND);
    const last = Math.min(this._length, Math.ceil(this._top) + this._sight + AROUND);
    pages.want(first, last);
    const top = this._isScaled ? this.node.scrollTop - (this._top - first) * ROW_HEIGHT : first * ROW_HEIGHT;
    this._body.style.transform = `translateY(${top}px)`;
    const rows = [];
    for (let at = first; at < last; at++) {
      const values = pages.row(at);
      const row = element('div', { role: 'row', class: 'lb-Table-row', 'aria-rowindex': at + 2 });
      shown.forEach((column, place) => {
        const id = `${this._id}-${at}-${column}`;
        const cell = cellOf(values?.[column], columns[column], id, at, place, this.selection.has(at, place));
        cell.style.width = `${this._widths[column]}px`;
        row.append(cell);
      });
      rows.push(row);
    }
    this._body.replaceChildren(...rows);
    this._head.querySelectorAll('.lb-mod-active').forEach(head => head.classList.remove('lb-mod-active'));
    const active = this._activeElement();
    active?.classList.add('lb-mod-active');
    this.node.setAttribute('aria-activedescendant', active?.id ?? '');
  }

  private _activeElement(): HTMLElement | null {
    const { row, place } = this.selection;
    const column = this._state.shown[place];
    const id = row < 0 ? `${this._id}-head-${column}` : `${this._id}-${row}-${column}`;
    return this.node.querySelector<HTMLElement>(`[id="${id}"]`);
  }

  private _clicked(event: MouseEvent): void {
    const cell = (event.target as Element).closest<HTMLElement>('.lb-Table-cell');
    if (!cell || event.button !== 0) {
      return;
    }
    event.preventDefault();
    this.node.focus({ preventScroll: true });
    const [row, place] = [Number(cell.dataset.row), Number(cell.dataset.place)];
    this.selection.move(row, place, event.shiftKey);
    const drag = (moved: MouseEvent) => {
      const over = (moved.target as Element).closest<HTMLElement>('.lb-Table-cell');
      if (over && this.node.contains(over)) {
        this.selection.move(Number(over.dataset.row), Number(over.dataset.place), true);
      }
    };
    document.addEventListener('mousemove', drag);
    document.addEventListener('mouseup', () => document.removeEventListener('mousemove', drag), { once: true });
  }

  private _pressed(event: KeyboardEvent): void {
    const { row, place } = this.selection;
    const column = this._state.shown[place];
    const known = Math.max(0, (this._pages?.total ?? this._pages?.seen ?? 1) - 1);
    const lastPlace = this._state.shown.length - 1;
    if (event.key === 'Enter') {
      if (row >= 0) {
        this._opened.emit(row);
      } else if (event.shiftKey) {
        this._orderWanted.emit({ column, more: event.ctrlKey });
      } else {
        this._menuWanted.emit({ column, at: this._activeElement() ?? this.node });
      }
    } else if (event.key === 'a' && (event.ctrlKey || event.metaKey)) {
      this.selection.all(known, lastPlace);
    } else if (event.altKey && row < 0 && (event.key === 'ArrowRight' || event.key === 'ArrowLeft')) {
      this.resize(column, this._widths[column] + (event.key === 'ArrowRight' ? WIDER : -WIDER));
    } else {
      const to = moved(event, { row, place, lastRow: known, lastPlace, sight: this._sight });
      if (!to) {
        return;
      }
      const most = this._pages?.total === null ? this._length - 1 : known;
      const next = [Math.max(-1, Math.min(to.row, most)), Math.max(0, Math.min(to.place, lastPlace))];
      this.selection.move(next[0], next[1], event.shiftKey && next[0] >= 0);
      this._reveal();
    }
    event.preventDefault();
    event.stopPropagation();
  }

  /** Scroll to what is active. */
  private _reveal(): void {
    const { row, place } = this.selection;
    if (row >= 0 && row < this._top) {
      this._goTo(row);
    } else if (row >= this._top + this._sight - 1) {
      this._goTo(row - this._sight + 1);
    }
    const { shown } = this._state;
    const left = shown.slice(0, place).reduce((sum, at) => sum + this._widths[at], 0);
    const right = left + (this._widths[shown[place]] ?? 0);
    if (left < this.node.scrollLeft) {
      this.node.scrollLeft = left;
    } else if (right > this.node.scrollLeft + this.node.clientWidth) {
      this.node.scrollLeft = right - this.node.clientWidth;
    }
  }

  private _copy(event: ClipboardEvent): void {
    const { from, to, left, right } = this.selection;
    const lines = [];
    for (let at = Math.max(0, from); at <= to; at++) {
      const row = this._pages?.row(at);
      if (
        !row ||
        this._state.shown.slice(left, right + 1).some(column => typeof row[column] === 'object' && row[column])
      ) {
        event.preventDefault();
        this._copyWanted.emit();
        return;
      }
      lines.push(
        this._state.shown
          .slice(left, right + 1)
          .map(column => copied(textOf(row[column])))
          .join('\t')
      );
    }
    event.clipboardData?.setData('text/plain', lines.join('\n'));
    event.preventDefault();
    event.stopPropagation();
  }

  private readonly _id: string;
  private readonly _head: HTMLDivElement;
  private readonly _body: HTMLDivElement;
  private readonly _space: HTMLDivElement;
  private readonly _widths: number[] = [];
  private readonly _wasResized = new Set<number>();
  private readonly _menuWanted = new Signal<this, { column: number; at: HTMLElement }>(this);
  private readonly _orderWanted = new Signal<this, { column: number; more: boolean }>(this);
  private readonly _opened = new Signal<this, number>(this);
  private readonly _copyWanted = new Signal<this, void>(this);
  private _pages: Pages | null = null;
  private _isMeasured = false;
  /** The first row in sight, in parts of rows. */
  private _top = 0;
  private _expected = 0;
}
