import { isMissing } from './compare';
import { element } from './dom';
import type { Cell, IColumn } from './types';
import { isNumeric, textOf } from './types';

/** Characters of a value that stand in the grid, and in its tooltip. */
const SHOWN = 500;
const TOLD = 1_000;

/** A value in the grid; undefined while it has not come. */
export function cellOf(
  cell: Cell | undefined,
  column: IColumn,
  id: string,
  row: number,
  place: number,
  isSelected: boolean
): HTMLElement {
  const isNumber = isNumeric(column.kind);
  const made = element('div', {
    role: 'gridcell',
    id,
    class: `lb-Table-cell${isNumber ? ' lb-mod-number' : ''}`,
    'aria-colindex': place + 1,
    'aria-selected': String(isSelected),
    dir: isNumber ? null : 'auto'
  });
  made.dataset.row = String(row);
  made.dataset.place = String(place);
  if (cell === undefined) {
    made.classList.add('lb-mod-coming');
    made.textContent = '…';
    return made;
  }
  made.classList.toggle('lb-mod-null', isMissing(cell, column.kind));
  const text = cell === null ? 'null' : textOf(cell);
  made.textContent = text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text;
  if (text.length > 20) {
    const cut = cell === null || typeof cell === 'string' ? 0 : cell.cut;
    made.title = `${text.slice(0, TOLD)}${cut || text.length > TOLD ? '…' : ''}`;
  }
  return made;
}

/** A value as spreadsheets take it from the clipboard. */
export function copied(text: string): string {
  return /[\t\n"]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text;
}
