import { ServerConnection } from '@jupyterlab/services';
import { URLExt } from '@jupyterlab/coreutils';

import { ChartPanel } from './chartPanel';
import { columnMenu } from './columnMenu';
import type { TableConnection } from './connection';
import { Unanswered } from './connection';
import { csvOf, save, saveFrom } from './csv';
import { element } from './dom';
import { countText } from './countText';
import { chooseColumns, chooseDownload } from './choices';
import { Grid } from './grid';
import { copied } from './gridCell';
import { LocalSource } from './local';
import { Pages } from './pages';
import { Popup } from './popup';
import { KernelSource } from './remote';
import { Toolbar } from './toolbar';
import type { Format, IChart, IFilter, IQuery, ISource, ITableData } from './types';
import { WHOLE, isWhole, nameOf } from './types';

/** Rows that are copied at most. */
const COPIED = 20_000;

/** A table with all that can be done with it. What is chosen here is this browser's alone. */
export class TableView {
  constructor(
    private _data: ITableData,
    private readonly _settings: ServerConnection.ISettings
  ) {
    this._local = new LocalSource(_data);
    this._grid = new Grid(this._gridState());
    this._toolbar = new Toolbar({
      search: text => this._ask({ ...this._query, search: text }),
      chooseColumns: at => this._chooseColumns(at),
      toggleChart: () => this._toggleChart(),
      download: at => this._download(at),
      removeFilter: filter => this._setFilters(this._query.filters.filter(other => other !== filter)),
      count: () => void this._count(),
      cancel: () => this._source.cancel()
    });
    this._place = element('div', { class: 'lb-Table-place' }, this._grid.node);
    this.node = element(
      'div',
      { class: 'lb-Table', 'data-lm-suppress-shortcuts': 'true' },
      this._toolbar.node,
      this._place,
      this._toolbar.status
    );
    this._grid.orderWanted.connect((_, { column, more }) => this._cycle(column, more));
    this._grid.menuWanted.connect((_, { column, at }) => this._openMenu(column, at));
    this._grid.opened.connect((_, row) => void this._openCell(row));
    this._grid.copyWanted.connect(() => void this._copy());
    this._show(false);
  }

  readonly node: HTMLDivElement;

  /** Show other data of the same output; what was chosen stays where it can. */
  update(data: ITableData): void {
    if (data === this._data) {
      return;
    }
    const same = JSON.stringify(data.columns) === JSON.stringify(this._data.columns);
    this._data = data;
    this._local = new LocalSource(data);
    this._remote = null;
    if (!same) {
      this._query = WHOLE;
      this._hidden.clear();
      this._leaveChart();
    }
    this._connected();
    this._show(same);
    void this._chart?.update();
  }

  /** Ask this kernel for what is not here; null where there is none. */
  connect(connection: TableConnection | null): void {
    if (connection === this._connection) {
      return;
    }
    this._connection?.changed.disconnect(this._connected, this);
    this._connection = connection;
    connection?.changed.connect(this._connected, this);
    this._connected();
  }

  dispose(): void {
    this.connect(null);
    this._pages?.changed.disconnect(this._showStatus, this);
  }

  private _connected(): void {
    const { handle } = this._data;
    const has = handle !== undefined && !this._isGone && this._connection?.has(handle) === true;
    if (has !== (this._remote !== null)) {
      this._remote = has ? new KernelSource(this._connection!, handle) : null;
      this._show(true);
    }
    this._showStatus();
  }

  /** The rows that are here are the whole table. */
  private get _isComplete(): boolean {
    return (
      !this._data.more && !this._data.rows.some(row => row.some(cell => cell !== null && typeof cell === 'object'))
    );
  }

  private get _source(): ISource {
    return this._remote && !this._isComplete ? this._remote : this._local;
  }

  private get _shown(): number[] {
    return this._data.columns.map((_, at) => at).filter(at => !this._hidden.has(at));
  }

  private _gridState() {
    return {
      columns: this._data.columns,
      shown: this._shown,
      orders: this._query.orders,
      filtered: new Set(this._query.filters.map(({ column }) => column))
    };
  }

  private _ask(query: IQuery): void {
    this._query = query;
    this._source.cancel();
    this._show(false);
    void this._chart?.update();
  }

  /** Show the rows of the query as they are answered. */
  private _show(keepPlace: boolean): void {
    const whole = isWhole(this._query);
    const first = whole || this._source === this._local ? this._firstRows() : [];
    const total = first === null ? 0 : this._source === this._local ? first.length : whole ? this._data.total : null;
    this._pages?.changed.disconnect(this._showStatus, this);
    this._pages = new Pages(this._source, this._query, first ?? [], total);
    this._pages.changed.connect(this._showStatus, this);
    this._grid.state = this._gridState();
    this._grid.show(this._pages, keepPlace);
    this._showStatus();
  }

  /** What is here already; null when the query cannot be answered here. */
  private _firstRows(): readonly ITableData['rows'][number][] | null {
    if (isWhole(this._query)) {
      return this._data.rows;
    }
    try {
      this._problem = '';
      return this._local.found(this._query);
    } catch (problem) {
      this._problem = (problem as Error).message;
      return null;
    }
  }

  private _showStatus(): void {
    const pages = this._pages;
    if (!pages) {
      return;
    }
    const { error } = pages;
    if (error instanceof Unanswered && error.why === 'gone' && this._connection?.has(this._data.handle ?? '')) {
      this._isGone = true; // the kernel is there, and the frame is not
      this._problem = error.message;
      window.setTimeout(() => this._connected());
      return;
    }
    const failed = error && !(error instanceof Unanswered && error.why !== 'failed') ? error.message : '';
    this._toolbar.show({
      text: countText(this._data, {
        found: pages.total,
        seen: pages.seen,
        isWhole: isWhole({ ...this._query, orders: [] }),
        isSavedPart: this._isSavedPart,
        isAsking: !this._isGone && this._connection?.isSettled === false
      }),
      problem: failed || this._problem,
      filters: this._query.filters.map(filter => ({ filter, column: this._data.columns[filter.column] })),
      isWaiting: pages.isWaiting || this._isBusy,
      canCount: pages.total === null && this._source !== this._local,
      isChart: this._chart !== null,
      hidden: this._hidden.size
    });
  }

  /** Only the rows that came with the output can be seen, and there are more. */
  private get _isSavedPart(): boolean {
    return this._data.more && this._source === this._local;
  }

  /** Sort by a column: up, down, not at all. */
  private _cycle(column: number, more: boolean): void {
    const known = this._query.orders.find(({ column: other }) => other === column);
    const others = more ? this._query.orders.filter(({ column: other }) => other !== column) : [];
    this._sort(column, known ? (known.descending ? null : true) : false, others);
  }

  private _sort(column: number, descending: boolean | null, others: IQuery['orders'] = []): void {
    this._ask({ ...this._query, orders: descending === null ? others : [...others, { column, descending }] });
  }

  private _setFilters(filters: IFilter[]): void {
    this._ask({ ...this._query, filters });
  }

  private _openMenu(at: number, anchor: HTMLElement): void {
    const others = this._query.filters.filter(({ column }) => column !== at);
    const around = { ...this._query, filters: others };
    let popup: Popup | null = null;
    const menu = columnMenu({
      column: this._data.columns[at],
      filters: this._query.filters.filter(({ column }) => column === at),
      statistics: () => this._source.statistics(this._query, at),
      values: containing => this._source.values(around, at, containing),
      sort: descending => this._sort(at, descending),
      filter: filter => this._setFilters(filter ? [...others, { column: at, ...filter }] : others),
      hide: () => this._hide(at, true),
      widen: pixels => this._grid.resize(at, this._grid.width(at) + pixels),
      grown: () => popup?.place(),
      close: () => popup?.close()
    });
    popup = new Popup(`Column ${nameOf(this._data.columns[at])}`, anchor, this._grid.node, menu);
  }

  private _hide(at: number, hidden: boolean): void {
    if (hidden && this._shown.length > 1) {
      this._hidden.add(at);
    } else {
      this._hidden.delete(at);
    }
    this._grid.state = this._gridState();
    this._showStatus();
  }

  private _chooseColumns(anchor: HTMLElement): void {
    chooseColumns(anchor, this._data.columns, this._hidden, (at, hidden) => this._hide(at, hidden));
  }

  private _toggleChart(): void {
    if (this._chart) {
      this._leaveChart();
    } else {
      this._chart = new ChartPanel(
        this._data.columns,
        chart => this._source.chart(this._query, chart),
        this._lastChart
      );
      this._place.replaceChildren(this._chart.node);
      void this._chart.update();
    }
    this._showStatus();
  }

  private _leaveChart(): void {
    if (this._chart) {
      this._lastChart = this._chart.chart;
      this._chart = null;
      this._place.replaceChildren(this._grid.node);
      this._grid.state = this._gridState();
    }
  }

  private async _count(): Promise<void> {
    const pages = this._pages;
    await this._busy(async () => pages?.setTotal(await this._source.count(this._query)));
  }

  private _download(anchor: HTMLElement): void {
    const { columns, rows, more } = this._data;
    chooseDownload(anchor, {
      rows: rows.length,
      isWhole: isWhole(this._query),
      isPart: more,
      save: () => save(csvOf(columns, this._local.found(this._query)), 'table.csv'),
      export: this._remote && (form => void this._export(form))
    });
  }

  private async _export(format: Format): Promise<void> {
    await this._busy(async () => {
      const path = await this._remote!.export(this._query, format);
      const token = this._settings.token ? `?token=${encodeURIComponent(this._settings.token)}` : '';
      saveFrom(`${URLExt.join(this._settings.baseUrl, path)}${token}`, `table.${format}`);
    });
  }

  private async _openCell(row: number): Promise<void> {
    const column = this._shown[this._grid.selection.place];
    await this._busy(async () => {
      const source =
        row < this._data.rows.length && isWhole(this._query) && this._isComplete ? this._local : this._source;
      const { text, cut } = await source.cell(this._query, row, column);
      const shown = element('pre', { tabindex: 0, class: text === null ? 'lb-mod-null' : '' }, text ?? 'null');
      const content = element('div', { class: 'lb-Table-whole' }, shown);
      if (cut) {
        content.append(element('i', {}, `… and ${cut.toLocaleString('en')} more characters`));
      }
      const anchor = this._grid.node.querySelector<HTMLElement>('.lb-Table-cell.lb-mod-active') ?? this._grid.node;
      new Popup(`Value of ${nameOf(this._data.columns[column])}`, anchor, this._grid.node, content);
    });
  }

  /** Copy rows that have to come first. */
  private async _copy(): Promise<void> {
    const { from, to, left, right } = this._grid.selection;
    const columns = this._shown.slice(left, right + 1);
    await this._busy(async () => {
      if (to - from >= COPIED) {
        throw new Error(`At most ${COPIED.toLocaleString('en')} rows can be copied; download the others.`);
      }
      const rows = await this._pages!.load(Math.max(0, from), to + 1);
      const cut = rows.some(row => columns.some(at => row[at] !== null && typeof row[at] === 'object'));
      if (cut) {
        throw new Error('A value is too long to be copied from here: press Enter to see it, or download the table.');
      }
      const lines = rows.map(row => columns.map(at => copied((row[at] as string | null) ?? '')).join('\t'));
      await navigator.clipboard.writeText(lines.join('\n'));
    });
  }

  private async _busy(does: () => Promise<void>): Promise<void> {
    this._isBusy = true;
    this._problem = '';
    this._showStatus();
    try {
      await does();
    } catch (problem) {
      if (!(problem instanceof Unanswered && problem.why === 'cancelled')) {
        this._problem = (problem as Error).message;
      }
    } finally {
      this._isBusy = false;
      this._showStatus();
    }
  }

  private readonly _grid: Grid;
  private readonly _toolbar: Toolbar;
  private readonly _place: HTMLDivElement;
  private readonly _hidden = new Set<number>();
  private _local: LocalSource;
  private _remote: KernelSource | null = null;
  private _connection: TableConnection | null = null;
  private _query: IQuery = WHOLE;
  private _pages: Pages | null = null;
  private _chart: ChartPanel | null = null;
  private _lastChart: IChart | undefined;
  private _problem = '';
  private _isBusy = false;
  private _isGone = false;
}
