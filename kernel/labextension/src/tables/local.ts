import { compare, isMissing, isNaNText, toDrawn } from './compare';
import { draw } from './localCharts';
import type {
  Cell,
  IChart,
  IColumn,
  IDrawing,
  IFilter,
  IPage,
  IQuery,
  ISource,
  IStatistics,
  ITableData,
  IValue,
  Row
} from './types';
import { isNumeric, textOf } from './types';

const BINS = 20;
const VALUES = 200;

/** Answers from the rows that came with a table, without a kernel. */
export class LocalSource implements ISource {
  constructor(private readonly _table: ITableData) {}

  async rows(query: IQuery, offset: number, limit: number): Promise<IPage> {
    const found = this.found(query);
    const rows = found.slice(offset, offset + limit);
    return { rows, total: found.length, more: offset + rows.length < found.length, moment: 0 };
  }

  async count(query: IQuery): Promise<number> {
    return this.found(query).length;
  }

  async statistics(query: IQuery, at: number): Promise<IStatistics> {
    return describe(
      this.found(query).map(row => row[at]),
      this._table.columns[at]
    );
  }

  async values(query: IQuery, at: number, containing: string): Promise<{ values: IValue[]; more: boolean }> {
    const wanted = containing.toLowerCase();
    const cells = this.found(query).map(row => row[at]);
    const values = countValues(cells.filter(cell => !wanted || textOf(cell).toLowerCase().includes(wanted)));
    return { values: values.slice(0, VALUES), more: values.length > VALUES };
  }

  async chart(query: IQuery, chart: IChart): Promise<IDrawing> {
    return draw(this.found({ ...query, orders: [] }), this._table.columns, chart);
  }

  async cell(query: IQuery, row: number, column: number): Promise<{ text: string | null; cut: number }> {
    const cell = this.found(query)[row]?.[column] ?? null;
    return cell === null || typeof cell === 'string' ? { text: cell, cut: 0 } : cell;
  }

  cancel(): void {
    // nothing here takes time
  }

  /** The rows of a query, in its order. */
  found(query: IQuery): Row[] {
    const { columns, rows } = this._table;
    const search = query.search.toLowerCase();
    const tests = query.filters.map(filter => test(filter, columns[filter.column]));
    const found = rows.filter(
      row =>
        tests.every(passes => passes(row)) &&
        (!search || row.some(cell => cell !== null && textOf(cell).toLowerCase().includes(search)))
    );
    return query.orders.length ? found.sort((a, b) => ordered(a, b, query, columns)) : found;
  }
}

function ordered(a: Row, b: Row, query: IQuery, columns: IColumn[]): number {
  for (const { column, descending } of query.orders) {
    const { kind } = columns[column];
    const [left, right] = [isMissing(a[column], kind), isMissing(b[column], kind)];
    if (left || right) {
      if (left !== right) {
        return left ? 1 : -1;
      }
      continue;
    }
    const order = compare(a[column], b[column], kind);
    if (order) {
      return descending ? -order : order;
    }
  }
  return 0;
}

function test(filter: IFilter, column: IColumn): (row: Row) => boolean {
  const { comparison, value = '' } = filter;
  const { kind } = column;
  const at = filter.column;
  const low = value.toLowerCase();
  const contains = (row: Row) => row[at] !== null && textOf(row[at]).toLowerCase().includes(low);
  const compared = (passes: (order: number) => boolean) => (row: Row) =>
    !isMissing(row[at], kind) && passes(compare(row[at], value, kind));
  switch (comparison) {
    case 'contains':
      return contains;
    case 'lacks':
      return row => !contains(row);
    case 'starts':
      return row => row[at] !== null && textOf(row[at]).toLowerCase().startsWith(low);
    case 'missing':
      return row => isMissing(row[at], kind);
    case 'present':
      return row => !isMissing(row[at], kind);
    case 'among': {
      const keys = new Set(filter.keys);
      return row => keys.has(row[at] === null ? null : textOf(row[at]));
    }
  }
  checkValue(value, column);
  switch (comparison) {
    case 'equals':
      return compared(order => order === 0);
    case 'differs':
      return row => isMissing(row[at], kind) || compare(row[at], value, kind) !== 0;
    case 'less':
      return compared(order => order < 0);
    case 'most':
      return compared(order => order <= 0);
    case 'more':
      return compared(order => order > 0);
    case 'least':
      return compared(order => order >= 0);
  }
}

function checkValue(value: string, { kind, name, type }: IColumn): void {
  const drawn = isNumeric(kind) || kind === 'time' || kind === 'date' || kind === 'duration';
  if (drawn && Number.isNaN(toDrawn(value, kind))) {
    const wanted = isNumeric(kind) ? 'a number' : kind === 'duration' ? 'a duration such as 02:30:00' : 'a time';
    throw new Error(`${name} is ${type}, and “${value}” is not ${wanted}.`);
  }
}

function countValues(cells: Cell[]): IValue[] {
  const counts = new Map<string | null, IValue>();
  for (const cell of cells) {
    const key = cell === null ? null : textOf(cell);
    const known = counts.get(key);
    if (known) {
      known.count += 1;
    } else {
      counts.set(key, { text: cell, key, count: 1 });
    }
  }
  return [...counts.values()].sort((a, b) => b.count - a.count);
}

function describe(cells: Cell[], { kind }: IColumn): IStatistics {
  const present = cells.filter(cell => !isMissing(cell, kind)).sort((a, b) => compare(a, b, kind));
  const drawn = present.map(cell => toDrawn(cell, kind)).filter(Number.isFinite);
  const distinct = countValues(present);
  const numeric = isNumeric(kind) && drawn.length > 0;
  const [low, high] = drawn.length ? [drawn[0], drawn[drawn.length - 1]] : [null, null];
  const histogram = low === null || high === null ? [] : new Array<number>(BINS).fill(0);
  for (const number of histogram.length ? drawn : []) {
    const piece = high! > low! ? Math.floor(((number - low!) / (high! - low!)) * BINS) : 0;
    histogram[Math.min(piece, BINS - 1)] += 1;
  }
  return {
    count: cells.length,
    nulls: cells.filter(cell => cell === null || cell === 'NaT').length,
    nans: kind === 'number' ? cells.filter(isNaNText).length : null,
    distinct: distinct.length,
    about: false,
    min: present[0] ?? null,
    max: present[present.length - 1] ?? null,
    mean: numeric ? String(drawn.reduce((sum, number) => sum + number, 0) / drawn.length) : null,
    median: numeric ? textOf(present[Math.floor((present.length - 1) / 2)]) : null,
    histogram,
    low,
    high,
    times: kind === 'time' || kind === 'date',
    frequent: histogram.length ? [] : distinct.slice(0, 10)
  };
}
