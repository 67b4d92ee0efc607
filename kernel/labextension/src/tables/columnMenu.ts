import { button, element, select } from './dom';
import { histogramOf } from './histogram';
import type { Cell, Comparison, IColumn, IFilter, IStatistics, IValue } from './types';
import { isNumeric, nameOf, textOf } from './types';

/** What a column's menu asks of the table. */
export interface IColumnHost {
  readonly column: IColumn;
  readonly filters: readonly IFilter[];
  statistics(): Promise<IStatistics>;
  values(containing: string): Promise<{ values: IValue[]; more: boolean }>;
  sort(descending: boolean | null): void;
  filter(filter: { comparison: Comparison; value?: string; keys?: (string | null)[] } | null): void;
  hide(): void;
  /** Widen or narrow it by so many pixels. */
  widen(pixels: number): void;
  /** The menu has become larger. */
  grown(): void;
  close(): void;
}

const OF_TEXTS: [Comparison, string][] = [
  ['contains', 'contains'],
  ['lacks', 'does not contain'],
  ['equals', 'is'],
  ['differs', 'is not'],
  ['starts', 'starts with']
];
const OF_ORDERED: [Comparison, string][] = [
  ['equals', '='],
  ['differs', '≠'],
  ['least', '≥'],
  ['most', '≤'],
  ['more', '>'],
  ['less', '<']
];
const OF_ALL: [Comparison, string][] = [
  ['missing', 'is missing'],
  ['present', 'is not missing']
];

export function comparisonsOf({ kind }: IColumn): [Comparison, string][] {
  const ordered = isNumeric(kind) || kind === 'time' || kind === 'date' || kind === 'duration';
  return [...(ordered ? OF_ORDERED : OF_TEXTS), ...(ordered ? OF_TEXTS.slice(0, 1) : []), ...OF_ALL];
}

/** A column's menu: sort, filter, and figures. */
export function columnMenu(host: IColumnHost): HTMLElement {
  const { column } = host;
  const then = (does: () => void) => () => {
    host.close();
    does();
  };
  return element(
    'div',
    { class: 'lb-Table-columnmenu' },
    element('div', { class: 'lb-Table-title' }, nameOf(column), element('small', {}, column.type)),
    element(
      'div',
      { class: 'lb-Table-line' },
      button(
        '▲ Ascending',
        then(() => host.sort(false))
      ),
      button(
        '▼ Descending',
        then(() => host.sort(true))
      ),
      button(
        'Unsorted',
        then(() => host.sort(null))
      ),
      button(
        'Hide',
        then(() => host.hide()),
        { 'aria-label': 'Hide the column' }
      ),
      button('−', () => host.widen(-24), { 'aria-label': 'Make the column narrower' }),
      button('+', () => host.widen(24), { 'aria-label': 'Make the column wider' })
    ),
    filterForm(host, then),
    valuesOf(host, then),
    statisticsOf(host)
  );
}

function filterForm(host: IColumnHost, then: (does: () => void) => () => void): HTMLElement {
  const known = comparisonsOf(host.column);
  const set = host.filters.find(({ comparison }) => comparison !== 'among');
  let comparison = set?.comparison ?? known[0][0];
  const value = element('input', {
    type: 'text',
    'aria-label': 'Value',
    placeholder: 'value',
    value: set?.value ?? ''
  });
  const needsNone = () => comparison === 'missing' || comparison === 'present';
  value.hidden = needsNone();
  const choice = select('Comparison', known, comparison, chosen => {
    comparison = chosen;
    value.hidden = needsNone();
  });
  const apply = then(() => host.filter(needsNone() ? { comparison } : { comparison, value: value.value }));
  value.addEventListener('keydown', event => event.key === 'Enter' && apply());
  const line = element('div', { class: 'lb-Table-line' }, choice, value, button('Filter', apply));
  if (host.filters.length) {
    line.append(
      button(
        'Clear',
        then(() => host.filter(null)),
        { 'aria-label': 'Clear the filter of this column' }
      )
    );
  }
  return line;
}

/** The values that the column has, to choose from. */
function valuesOf(host: IColumnHost, then: (does: () => void) => () => void): HTMLElement {
  const among = host.filters.find(({ comparison }) => comparison === 'among');
  const chosen = new Set<string | null>(among?.keys ?? []);
  const list = element('div', { class: 'lb-Table-values', role: 'group', 'aria-label': 'Values' });
  const search = element('input', { type: 'search', placeholder: 'find a value', 'aria-label': 'Find a value' });
  const show = async () => {
    list.replaceChildren(element('i', {}, 'Counting values …'));
    try {
      const { values, more } = await host.values(search.value);
      list.replaceChildren(...values.map(value => valueLine(value, chosen)));
      if (more) {
        list.append(element('i', {}, 'and more: find them by a part of their text'));
      }
    } catch (problem) {
      list.replaceChildren(element('i', { role: 'alert' }, (problem as Error).message));
    }
    host.grown();
  };
  let last = 0;
  search.addEventListener('input', () => {
    window.clearTimeout(last);
    last = window.setTimeout(() => void show(), 250);
  });
  const details = element(
    'details',
    {},
    element('summary', {}, 'Values'),
    element(
      'div',
      { class: 'lb-Table-line' },
      search,
      button(
        'Only these',
        then(() => host.filter(chosen.size ? { comparison: 'among', keys: [...chosen] } : null))
      )
    ),
    list
  );
  let asked = false;
  details.addEventListener('toggle', () => {
    if (details.open && !asked) {
      asked = true;
      void show();
    }
    host.grown();
  });
  return details;
}

function valueLine({ text, key, count }: IValue, chosen: Set<string | null>): HTMLElement {
  const box = element('input', { type: 'checkbox' });
  box.checked = chosen.has(key);
  box.addEventListener('change', () => (box.checked ? chosen.add(key) : chosen.delete(key)));
  return element(
    'label',
    { class: 'lb-Table-value' },
    box,
    element('span', { class: text === null ? 'lb-mod-null' : '' }, shown(text)),
    element('small', {}, count.toLocaleString('en'))
  );
}

function shown(cell: Cell): string {
  return cell === null ? 'null' : textOf(cell) === '' ? '(empty)' : textOf(cell).slice(0, 200);
}

function statisticsOf(host: IColumnHost): HTMLElement {
  const place = element('div', { class: 'lb-Table-statistics', 'aria-live': 'polite' }, element('i', {}, 'Counting …'));
  host
    .statistics()
    .then(found => place.replaceChildren(...figures(found)))
    .catch((problem: Error) => place.replaceChildren(element('i', { role: 'alert' }, problem.message)))
    .finally(() => host.grown());
  return place;
}

function figures(found: IStatistics): HTMLElement[] {
  const present = found.count - found.nulls;
  const lines: [string, string | null][] = [
    ['rows', found.count.toLocaleString('en')],
    ['null', `${found.nulls.toLocaleString('en')}${found.count ? ` (${share(found.nulls, found.count)})` : ''}`],
    ['NaN', found.nans === null ? null : found.nans.toLocaleString('en')],
    [
      'distinct',
      found.distinct === null ? null : `${found.about ? 'about ' : ''}${found.distinct.toLocaleString('en')}`
    ],
    ['min', present && found.min !== null ? shown(found.min) : null],
    ['max', present && found.max !== null ? shown(found.max) : null],
    ['mean', found.mean],
    ['median', found.median]
  ];
  const table = element('table', { class: 'lb-Table-figures' });
  for (const [name, value] of lines) {
    if (value !== null) {
      table.append(element('tr', {}, element('th', { scope: 'row' }, name), element('td', { title: value }, value)));
    }
  }
  const made: HTMLElement[] = [table];
  if (found.histogram.length) {
    made.push(element('div', {}, histogramOf(found)));
  } else if (found.frequent.length) {
    made.push(frequentOf(found));
  }
  return made;
}

function frequentOf(found: IStatistics): HTMLElement {
  const most = Math.max(...found.frequent.map(({ count }) => count), 1);
  return element(
    'div',
    { class: 'lb-Table-frequent' },
    ...found.frequent.slice(0, 6).map(({ text, count }) => {
      const bar = element('span', { class: 'lb-Table-share' });
      bar.style.width = `${(100 * count) / most}%`;
      const name = element('span', { class: text === null ? 'lb-mod-null' : '' }, shown(text));
      return element('div', {}, bar, name, element('small', {}, count.toLocaleString('en')));
    })
  );
}

function share(part: number, whole: number): string {
  return `${((100 * part) / whole).toFixed(1)} %`;
}
