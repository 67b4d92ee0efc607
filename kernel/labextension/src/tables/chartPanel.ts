import { chartSvg } from './chartSvg';
import { element, select } from './dom';
import type { Aggregate, ChartKind, IChart, IColumn, IDrawing } from './types';
import { isNumeric, nameOf } from './types';

const KINDS: [ChartKind, string][] = [
  ['bar', 'Bars'],
  ['line', 'Lines'],
  ['scatter', 'Points'],
  ['histogram', 'Histogram'],
  ['box', 'Boxes']
];
const AGGREGATES: [Aggregate, string][] = [
  ['count', 'number of rows'],
  ['sum', 'sum of'],
  ['mean', 'mean of'],
  ['median', 'median of'],
  ['min', 'least of'],
  ['max', 'greatest of'],
  ['none', 'each row’s']
];

/** A chart of a table's rows, and the choices of what it shows. */
export class ChartPanel {
  constructor(
    private readonly _columns: readonly IColumn[],
    private readonly _draw: (chart: IChart) => Promise<IDrawing>,
    private _chart: IChart = firstChart(_columns)
  ) {
    this._choices = element('div', { class: 'lb-Table-choices', role: 'group', 'aria-label': 'Chart' });
    this._place = element('div', { class: 'lb-Table-drawing', 'aria-live': 'polite' });
    this.node = element('div', { class: 'lb-Table-chartpanel' }, this._choices, this._place);
    this._showChoices();
  }

  readonly node: HTMLDivElement;

  get chart(): IChart {
    return this._chart;
  }

  /** Draw it anew: the rows are others. */
  async update(): Promise<void> {
    const asked = ++this._asked;
    this._place.classList.add('lb-mod-waiting');
    try {
      const drawing = await this._draw(this._chart);
      if (asked === this._asked) {
        const said = element('div', { class: 'lb-Table-note' }, drawing.note);
        const empty = drawing.series.every(({ points }) => !points.length);
        this._place.replaceChildren(
          empty ? element('i', {}, 'There is nothing to draw.') : chartSvg(drawing, this._chart, this._labels()),
          said
        );
      }
    } catch (problem) {
      if (asked === this._asked) {
        this._place.replaceChildren(
          element('div', { class: 'lb-Table-error', role: 'alert' }, (problem as Error).message)
        );
      }
    } finally {
      if (asked === this._asked) {
        this._place.classList.remove('lb-mod-waiting');
      }
    }
  }

  private _change(change: Partial<IChart>): void {
    this._chart = { ...this._chart, ...change };
    this._chart = this._possible(this._chart);
    this._showChoices();
    void this.update();
  }

  /** The chart with columns that can be drawn so. */
  private _possible(chart: IChart): IChart {
    const { kind } = chart;
    const drawn = this._columns.map((_, at) => at).filter(at => isDrawn(this._columns[at]));
    let { x, y, aggregate } = chart;
    const needsY = kind === 'scatter' || kind === 'box' || (kind !== 'histogram' && aggregate !== 'count');
    if (needsY && y === null) {
      y = drawn.find(at => isNumeric(this._columns[at].kind)) ?? drawn[0] ?? null;
    }
    if ((kind === 'histogram' || kind === 'scatter') && !isDrawn(this._columns[x])) {
      x = drawn.find(at => kind === 'histogram' || at !== y) ?? drawn[0] ?? x;
    }
    aggregate = kind === 'bar' && aggregate === 'none' ? 'sum' : aggregate;
    return { ...chart, x, y, aggregate };
  }

  private _showChoices(): void {
    const { kind, x, y, group, aggregate } = this._chart;
    const all = this._columns.map((column, at): [string, string] => [String(at), nameOf(column)]);
    const drawn = all.filter((_, at) => isDrawn(this._columns[at]));
    const line: Node[] = [select('Kind of chart', KINDS, kind, chosen => this._change({ kind: chosen }))];
    const labelled = (text: string, choice: HTMLElement) => element('label', {}, text, choice);
    if (kind === 'bar' || kind === 'line') {
      const known = kind === 'bar' ? AGGREGATES.slice(0, -1) : AGGREGATES;
      line.push(
        labelled(
          'y',
          select('Aggregation', known, aggregate, chosen => this._change({ aggregate: chosen }))
        )
      );
    }
    if (kind === 'scatter' || (aggregate !== 'count' && (kind === 'bar' || kind === 'line'))) {
      line.push(
        labelled(
          kind === 'scatter' ? 'y' : '',
          this._column('y', drawn, y, at => this._change({ y: at }))
        )
      );
    }
    if (kind === 'box') {
      line.push(
        labelled(
          'of',
          this._column('Numbers', drawn, y ?? x, at => this._change({ y: at }))
        )
      );
    }
    const below = kind === 'histogram' || kind === 'scatter' ? drawn : all;
    line.push(
      labelled(
        kind === 'box' ? 'by' : 'x',
        this._column('x', below, x, at => this._change({ x: at }))
      )
    );
    if (kind !== 'box') {
      const groups: [string, string][] = [['', 'no colours'], ...all];
      const chosen = group === null ? '' : String(group);
      line.push(
        labelled(
          'colour',
          select('Colour', groups, chosen, at => this._change({ group: at === '' ? null : Number(at) }))
        )
      );
    }
    const focused = this._choices.contains(document.activeElement) ? document.activeElement?.ariaLabel : null;
    this._choices.replaceChildren(...line);
    if (focused) {
      this._choices.querySelector<HTMLElement>(`[aria-label="${focused}"]`)?.focus();
    }
  }

  private _column(
    label: string,
    choices: [string, string][],
    chosen: number | null,
    changed: (at: number) => void
  ): HTMLSelectElement {
    return select(label, choices, String(chosen), at => changed(Number(at)));
  }

  private _labels(): { x: string; y: string } {
    const { kind, x, y, aggregate } = this._chart;
    const name = (at: number | null) => (at === null ? '' : nameOf(this._columns[at]));
    if (kind === 'histogram' || ((kind === 'bar' || kind === 'line') && aggregate === 'count')) {
      return { x: name(x), y: 'rows' };
    }
    if (kind === 'box' && y === null) {
      return { x: '', y: name(x) };
    }
    const shownBefore = kind === 'bar' || kind === 'line' ? (aggregate === 'none' ? '' : `${aggregate} of `) : '';
    return { x: name(x), y: `${shownBefore}${name(y)}` };
  }

  private readonly _choices: HTMLDivElement;
  private readonly _place: HTMLDivElement;
  private _asked = 0;
}

/** Whether a column's values are numbers to draw by. */
function isDrawn({ kind }: IColumn): boolean {
  return isNumeric(kind) || kind === 'time' || kind === 'date' || kind === 'duration';
}

/** What is drawn first: the numbers of rows, or a mean, of the first column that has few values by its type. */
function firstChart(columns: readonly IColumn[]): IChart {
  const category = columns.findIndex(({ kind }) => kind === 'text' || kind === 'boolean');
  const number = columns.findIndex(({ kind }) => isNumeric(kind));
  if (category >= 0) {
    return {
      kind: 'bar',
      x: category,
      y: number < 0 ? null : number,
      group: null,
      aggregate: number < 0 ? 'count' : 'mean'
    };
  }
  const kind = number >= 0 ? 'histogram' : 'bar';
  return { kind, x: Math.max(number, 0), y: null, group: null, aggregate: 'count' };
}
