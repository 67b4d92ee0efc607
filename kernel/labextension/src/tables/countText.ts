import type { ITableData } from './types';

interface IFound {
  /** Rows that the query has; null when that is not known. */
  found: number | null;
  /** Rows that are known to be there. */
  seen: number;
  /** All rows are asked for. */
  isWhole: boolean;
  /** Only the rows that came with the output can be seen, and there are more. */
  isSavedPart: boolean;
  /** It is not known yet whether the kernel has the others. */
  isAsking: boolean;
}

/** How many rows and columns there are, in words. */
export function countText({ columns, columnCount, rows, total, note }: ITableData, at: IFound): string {
  const number = (count: number) => count.toLocaleString('en');
  const rowsOf = (count: number) => `${number(count)} ${count === 1 ? 'row' : 'rows'}`;
  const parts: string[] = [];
  if (at.isSavedPart) {
    const of = total === null ? '' : ` of ${number(total)}`;
    const found = at.isWhole ? '' : `${rowsOf(at.found ?? 0)} found in the `;
    const why = at.isAsking ? 'asking the kernel …' : 'only these are here';
    parts.push(`${found}first ${number(rows.length)}${of} rows: ${why}`);
  } else if (at.found === null) {
    parts.push(at.seen ? `${number(at.seen)} rows and more` : '…');
  } else {
    parts.push(at.isWhole || total === null ? rowsOf(at.found) : `${number(at.found)} of ${rowsOf(total)}`);
  }
  if (columnCount > columns.length) {
    parts.push(`first ${number(columns.length)} of ${number(columnCount)} columns`);
  }
  if (note) {
    parts.push(note);
  }
  return parts.join(' · ');
}
