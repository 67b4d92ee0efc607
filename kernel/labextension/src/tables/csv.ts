import type { Cell, IColumn, Row } from './types';
import { textOf } from './types';

/** Rows as CSV: null is empty, and an empty text is in quotes. */
export function csvOf(columns: readonly IColumn[], rows: readonly Row[]): string {
  const lines = [columns.map(({ name }) => quoted(name)), ...rows.map(row => row.map(written))];
  return lines.map(line => `${line.join(',')}\r\n`).join('');
}

function written(cell: Cell): string {
  return cell === null ? '' : quoted(textOf(cell)) || '""';
}

function quoted(text: string): string {
  return /[",\r\n]/.test(text) || text !== text.trim() ? `"${text.replace(/"/g, '""')}"` : text;
}

/** Have the browser save a text as a file. */
export function save(text: string, name: string): void {
  const address = URL.createObjectURL(new Blob([text], { type: 'text/csv' }));
  saveFrom(address, name);
  window.setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

/** Have the browser save what is at an address. */
export function saveFrom(address: string, name: string): void {
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
}
