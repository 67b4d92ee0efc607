/** A table in a notebook's outputs, as `lakebook_kernel.display.mime` writes it. */
export const TABLE_TYPE = 'application/vnd.lakebook.table+json';

/** The form of the data that is known here. */
export const VERSION = 1;

/** How a column's values are ordered, compared and drawn. */
export type Kind =
  | 'integer'
  | 'number'
  | 'boolean'
  | 'date'
  | 'time'
  | 'duration'
  | 'text'
  | 'binary'
  | 'nested'
  | 'other';

export interface IColumn {
  name: string;
  /** As the frame's own language writes it. */
  type: string;
  kind: Kind;
}

/** A value's text, null, or the beginning of a long text. */
export type Cell = string | null | { text: string; cut: number };

export type Row = readonly Cell[];

export interface ITableData {
  version: number;
  columns: IColumn[];
  /** Columns of the whole frame. */
  columnCount: number;
  rows: Row[];
  /** The frame has rows after these. */
  more: boolean;
  /** Rows of the whole frame, where that is known. */
  total: number | null;
  note?: string;
  /** By which the kernel that made the table can be asked for the rest. */
  handle?: string;
}

export interface IOrder {
  column: number;
  descending: boolean;
}

export type Comparison =
  | 'contains'
  | 'lacks'
  | 'equals'
  | 'differs'
  | 'starts'
  | 'less'
  | 'most'
  | 'more'
  | 'least'
  | 'missing'
  | 'present'
  | 'among';

export interface IFilter {
  column: number;
  comparison: Comparison;
  value?: string;
  /** Of `among`: keys of values, as they came with the values. */
  keys?: (string | null)[];
}

/** Which rows, in which order. */
export interface IQuery {
  orders: IOrder[];
  filters: IFilter[];
  search: string;
}

export interface IPage {
  rows: Row[];
  total: number | null;
  more: boolean;
  /** Another one when the rows are those of another moment. */
  moment: number;
}

export interface IValue {
  text: Cell;
  key: string | null;
  count: number;
}

export interface IStatistics {
  count: number;
  nulls: number;
  nans: number | null;
  distinct: number | null;
  about: boolean;
  min: Cell;
  max: Cell;
  mean: string | null;
  median: string | null;
  histogram: number[];
  low: number | null;
  high: number | null;
  times: boolean;
  frequent: IValue[];
}

export type ChartKind = 'bar' | 'line' | 'scatter' | 'histogram' | 'box';
export type Aggregate = 'none' | 'count' | 'sum' | 'mean' | 'median' | 'min' | 'max';

export interface IChart {
  kind: ChartKind;
  x: number;
  y: number | null;
  group: number | null;
  aggregate: Aggregate;
}

export interface ISeries {
  name: string | null;
  /** `[x, y]`, or of a box `[x, least, quartile, median, quartile, greatest]`. */
  points: (string | number | null)[][];
}

export interface IDrawing {
  series: ISeries[];
  scale: 'category' | 'number' | 'time';
  note: string;
  width: number | null;
}

export type Format = 'csv' | 'parquet';

/** What answers questions about a table: the rows that came with it, or its kernel. */
export interface ISource {
  rows(query: IQuery, offset: number, limit: number): Promise<IPage>;
  count(query: IQuery): Promise<number>;
  statistics(query: IQuery, column: number): Promise<IStatistics>;
  values(query: IQuery, column: number, containing: string): Promise<{ values: IValue[]; more: boolean }>;
  chart(query: IQuery, chart: IChart): Promise<IDrawing>;
  /** The whole of a value. */
  cell(query: IQuery, row: number, column: number): Promise<{ text: string | null; cut: number }>;
  /** Withdraw all that was asked and is not answered. */
  cancel(): void;
}

export const WHOLE: IQuery = { orders: [], filters: [], search: '' };

export function isWhole(query: IQuery): boolean {
  return !(query.orders.length || query.filters.length || query.search);
}

/** The text of a value, as far as it is here. */
export function textOf(cell: Cell): string {
  return cell === null ? '' : typeof cell === 'string' ? cell : cell.text;
}

export function isNumeric(kind: Kind): boolean {
  return kind === 'integer' || kind === 'number';
}

/** What a column is called where something must stand. */
export function nameOf(column: IColumn): string {
  return column.name === '' ? '(no name)' : column.name;
}

/**
 * Read the data of an output.
 *
 * @throws An error whose message says what is wrong with it.
 */
export function readTable(data: unknown): ITableData {
  const table = data as Partial<ITableData> | null;
  if (!table || typeof table !== 'object') {
    throw new Error('The table in this output is no table.');
  }
  if (table.version !== VERSION) {
    throw new Error('The table in this output was made by another version of Lakebook.');
  }
  const { columns, rows } = table;
  if (
    !Array.isArray(columns) ||
    !Array.isArray(rows) ||
    !columns.every(column => column && typeof column.name === 'string' && typeof column.type === 'string') ||
    !rows.every(row => Array.isArray(row) && row.length === columns.length && row.every(isCell))
  ) {
    throw new Error('The table in this output is damaged.');
  }
  return table as ITableData;
}

function isCell(cell: unknown): boolean {
  return (
    cell === null ||
    typeof cell === 'string' ||
    (typeof cell === 'object' && 'text' in cell && typeof cell.text === 'string' && 'cut' in cell)
  );
}
