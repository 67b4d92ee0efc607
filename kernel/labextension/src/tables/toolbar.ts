import { comparisonsOf } from './columnMenu';
import { button, element } from './dom';
import type { IColumn, IFilter } from './types';
import { nameOf } from './types';

/** What the bar's parts do. */
interface IActions {
  search(text: string): void;
  chooseColumns(at: HTMLElement): void;
  toggleChart(): void;
  download(at: HTMLElement): void;
  removeFilter(filter: IFilter): void;
  count(): void;
  cancel(): void;
}

export interface IStatus {
  text: string;
  problem: string;
  filters: { filter: IFilter; column: IColumn }[];
  isWaiting: boolean;
  canCount: boolean;
  isChart: boolean;
  /** How many columns are hidden. */
  hidden: number;
}

/** The bar above a table, and what is said below it. */
export class Toolbar {
  constructor(private readonly _actions: IActions) {
    const search = element('input', {
      type: 'search',
      class: 'lb-Table-search',
      placeholder: 'Search',
      'aria-label': 'Search in all columns'
    });
    let last = 0;
    let searched = '';
    search.addEventListener('input', () => {
      window.clearTimeout(last);
      last = window.setTimeout(() => {
        if (search.value !== searched) {
          searched = search.value;
          _actions.search(searched);
        }
      }, 250);
    });
    this._columns = button('Columns', () => _actions.chooseColumns(this._columns), { 'aria-haspopup': 'dialog' });
    this._chart = button('Chart', () => _actions.toggleChart());
    const download = button('Download', () => _actions.download(download), { 'aria-haspopup': 'dialog' });
    this._filters = element('span', { class: 'lb-Table-filters', role: 'list', 'aria-label': 'Filters', hidden: true });
    this.node = element(
      'div',
      { role: 'toolbar', class: 'lb-Table-toolbar', 'aria-label': 'Table' },
      search,
      this._columns,
      this._chart,
      download,
      this._filters
    );
    this._text = element('span', { role: 'status' });
    this._problem = element('span', { class: 'lb-Table-error', role: 'alert' });
    this._count = button('Count rows', () => _actions.count());
    this._cancel = button('Cancel', () => _actions.cancel(), { class: 'lb-Table-button lb-Table-cancel' });
    this.status = element('div', { class: 'lb-Table-status' }, this._text, this._count, this._cancel, this._problem);
  }

  readonly node: HTMLDivElement;
  readonly status: HTMLDivElement;

  show(status: IStatus): void {
    if (this._text.textContent !== status.text) {
      this._text.textContent = status.text;
    }
    if (this._problem.textContent !== status.problem) {
      this._problem.textContent = status.problem;
    }
    const focused = this.status.contains(document.activeElement);
    this._count.hidden = !status.canCount || status.isWaiting;
    this._cancel.hidden = !status.isWaiting;
    if (focused && (document.activeElement as HTMLElement | null)?.hidden !== false) {
      ([this._cancel, this._count].find(({ hidden }) => !hidden) ?? this._columns).focus();
    }
    this._columns.textContent = status.hidden ? `Columns (${status.hidden} hidden)` : 'Columns';
    this._chart.classList.toggle('lb-mod-chosen', status.isChart);
    this._chart.textContent = status.isChart ? 'Table' : 'Chart';
    this._showFilters(status.filters);
  }

  /** The focus stays among the filters, or beside them when the last one is gone. */
  private _showFilters(filters: IStatus['filters']): void {
    if (filters.length === this._shown.length && filters.every(({ filter }, at) => filter === this._shown[at].filter)) {
      return;
    }
    this._shown = filters;
    const buttons = Array.from(this._filters.querySelectorAll('button'));
    const at = buttons.findIndex(each => each === document.activeElement);
    this._filters.replaceChildren(...filters.map(({ filter, column }) => this._chip(filter, column)));
    this._filters.hidden = !filters.length;
    if (at >= 0) {
      const now = this._filters.querySelectorAll('button');
      (now[Math.min(at, now.length - 1)] ?? this._columns).focus();
    }
  }

  private _chip(filter: IFilter, column: IColumn): HTMLElement {
    const words = comparisonsOf(column).find(([comparison]) => comparison === filter.comparison)?.[1] ?? 'is one of';
    const values =
      filter.comparison === 'among' ? (filter.keys ?? []).map(key => key ?? 'null').join(', ') : filter.value;
    const said = `${nameOf(column)} ${words} ${values ?? ''}`.trim();
    return element(
      'span',
      { role: 'listitem', class: 'lb-Table-chip', title: said },
      element('span', {}, said),
      button('×', () => this._actions.removeFilter(filter), { 'aria-label': `Remove the filter: ${said}` })
    );
  }

  private _shown: IStatus['filters'] = [];
  private readonly _columns: HTMLButtonElement;
  private readonly _chart: HTMLButtonElement;
  private readonly _filters: HTMLSpanElement;
  private readonly _text: HTMLSpanElement;
  private readonly _problem: HTMLSpanElement;
  private readonly _count: HTMLButtonElement;
  private readonly _cancel: HTMLButtonElement;
}
