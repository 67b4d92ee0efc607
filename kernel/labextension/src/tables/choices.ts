import { button, element } from './dom';
import { Popup } from './popup';
import type { Format, IColumn } from './types';
import { nameOf } from './types';

/** Choose which columns are shown; `hide` may refuse, as the last one stays. */
export function chooseColumns(
  anchor: HTMLElement,
  columns: readonly IColumn[],
  hidden: ReadonlySet<number>,
  hide: (at: number, hidden: boolean) => void
): void {
  const search = element('input', { type: 'search', placeholder: 'find a column', 'aria-label': 'Find a column' });
  const boxes = columns.map((_, at) => {
    const box = element('input', { type: 'checkbox' });
    box.checked = !hidden.has(at);
    box.addEventListener('change', () => {
      hide(at, !box.checked);
      box.checked = !hidden.has(at);
    });
    return box;
  });
  const lines = columns.map((column, at) =>
    element(
      'label',
      { class: 'lb-Table-value' },
      boxes[at],
      element('span', {}, nameOf(column)),
      element('small', {}, column.type)
    )
  );
  search.addEventListener('input', () => {
    const wanted = search.value.toLowerCase();
    lines.forEach((line, at) => (line.hidden = !nameOf(columns[at]).toLowerCase().includes(wanted)));
  });
  const all = button('All', () => {
    [...hidden].forEach(at => hide(at, false));
    boxes.forEach(box => (box.checked = true));
  });
  const content = element(
    'div',
    { class: 'lb-Table-columnmenu' },
    element('div', { class: 'lb-Table-line' }, search, all),
    element('div', { class: 'lb-Table-values', role: 'group', 'aria-label': 'Columns' }, ...lines)
  );
  new Popup('Columns', anchor, anchor, content);
}

interface IDownloads {
  /** Rows that came with the output. */
  rows: number;
  isWhole: boolean;
  /** The frame has more rows than came. */
  isPart: boolean;
  save(): void;
  /** Have the kernel write the whole; null without one. */
  export: ((form: Format) => void) | null;
}

/** Choose what is downloaded. */
export function chooseDownload(anchor: HTMLElement, { rows, isWhole, isPart, save, export: write }: IDownloads): void {
  const then = (does: () => void) => () => {
    popup.close();
    does();
  };
  const content = element(
    'div',
    { class: 'lb-Table-items' },
    button(`CSV of the ${rows.toLocaleString('en')} rows here`, then(save))
  );
  if (write) {
    const all = isWhole ? 'all rows' : 'all rows found';
    content.append(
      button(
        `CSV of ${all}`,
        then(() => write('csv'))
      ),
      button(
        `Parquet of ${all}`,
        then(() => write('parquet'))
      )
    );
  } else if (isPart) {
    content.append(element('i', {}, 'The whole frame can be had while its kernel runs.'));
  }
  const popup = new Popup('Download', anchor, anchor, content);
}
