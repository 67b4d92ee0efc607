import { svgElement } from './dom';
import { shortNumber, shortTime, ticks, timeTicks } from './scales';
import type { IChart, IDrawing } from './types';

const WIDTH = 760;
const HEIGHT = 340;
const LEFT = 78;
const RIGHT = 16;
const TOP = 12;
const BOTTOM = 64;
/** Categories whose names are written level. */
const LEVEL = 8;

export interface ILabels {
  x: string;
  y: string;
}

/** A chart, drawn. Its colours are those of classes, which the theme gives. */
export function chartSvg(drawing: IDrawing, chart: IChart, labels: ILabels): SVGSVGElement {
  return new Drawn(drawing, chart, labels).svg();
}

class Drawn {
  constructor(
    private readonly _drawing: IDrawing,
    private readonly _chart: IChart,
    private readonly _labels: ILabels
  ) {
    const points = _drawing.series.flatMap(({ points }) => points);
    this._categories = _drawing.scale === 'category' ? [...new Set(points.map(([x]) => x))] : [];
    const numbers = points.map(([x]) => Number(x));
    this._low = least(numbers);
    this._high = most(numbers) + (_drawing.width ?? 0);
    const heights = points
      .flatMap(point => point.slice(1))
      .filter(y => y !== null)
      .map(Number);
    const stacked = _chart.kind === 'bar' || _chart.kind === 'histogram';
    const bottom = stacked ? Math.min(0, least(heights)) : least(heights);
    const top = _chart.kind === 'histogram' ? most(this._stacks()) : most(heights);
    const marks = ticks(bottom, top > bottom ? top : bottom + 1, 5);
    this._bottom = stacked ? bottom : Math.min(bottom, marks[0]);
    this._top = Math.max(top, marks[marks.length - 1], this._bottom + 1e-12);
  }

  svg(): SVGSVGElement {
    const { series } = this._drawing;
    const named = series.filter(({ name }) => name !== null).length > 0;
    const height = HEIGHT + (named ? 22 * Math.ceil(series.length / 5) : 0);
    const count = series.reduce((sum, { points }) => sum + points.length, 0);
    return svgElement(
      'svg',
      {
        viewBox: `0 0 ${WIDTH} ${height}`,
        class: 'lb-Table-chart',
        role: 'img',
        'aria-label': `${this._chart.kind} chart of ${this._labels.y} by ${this._labels.x}, ${count} marks`
      },
      ...this._axes(),
      ...this._marks(),
      ...(named ? this._legend() : [])
    );
  }

  /** The heights of all groups together, by place. */
  private _stacks(): number[] {
    const heights = new Map<unknown, number>();
    for (const { points } of this._drawing.series) {
      points.forEach(([x, y]) => heights.set(x, (heights.get(x) ?? 0) + Number(y)));
    }
    return [...heights.values()];
  }

  private _x(x: string | number | null): number {
    const width = WIDTH - LEFT - RIGHT;
    if (this._drawing.scale === 'category') {
      return LEFT + ((this._categories.indexOf(x) + 0.5) / Math.max(1, this._categories.length)) * width;
    }
    const span = this._high - this._low;
    return LEFT + (span ? (Number(x) - this._low) / span : 0.5) * width;
  }

  private _y(y: number): number {
    return TOP + (1 - (y - this._bottom) / (this._top - this._bottom)) * (HEIGHT - TOP - BOTTOM);
  }

  private _axes(): SVGElement[] {
    const floor = HEIGHT - BOTTOM;
    const made: SVGElement[] = [];
    for (const tick of ticks(this._bottom, this._top, 5)) {
      const y = this._y(tick);
      made.push(
        svgElement('line', { x1: LEFT, x2: WIDTH - RIGHT, y1: y, y2: y, class: 'lb-Table-gridline' }),
        svgElement('text', { x: LEFT - 6, y: y + 4, 'text-anchor': 'end' }, shortNumber(tick))
      );
    }
    made.push(svgElement('line', { x1: LEFT, x2: WIDTH - RIGHT, y1: floor, y2: floor, class: 'lb-Table-axis' }));
    made.push(...(this._drawing.scale === 'category' ? this._categoryNames(floor) : this._numbersBelow(floor)));
    made.push(
      svgElement(
        'text',
        { x: (LEFT + WIDTH - RIGHT) / 2, y: HEIGHT - 6, 'text-anchor': 'middle', class: 'lb-mod-label' },
        cut(this._labels.x, 80)
      ),
      svgElement(
        'text',
        {
          x: 12,
          y: (TOP + floor) / 2,
          'text-anchor': 'middle',
          class: 'lb-mod-label',
          transform: `rotate(-90 12 ${(TOP + floor) / 2})`
        },
        cut(this._labels.y, 40)
      )
    );
    return made;
  }

  private _categoryNames(floor: number): SVGElement[] {
    const every = Math.ceil(this._categories.length / 40);
    const level = this._categories.length <= LEVEL;
    return this._categories
      .filter((_, at) => at % every === 0)
      .map(name => {
        const x = this._x(name);
        const place = level
          ? { x, y: floor + 16, 'text-anchor': 'middle' }
          : { x, y: floor + 12, 'text-anchor': 'end', transform: `rotate(-35 ${x} ${floor + 12})` };
        const text = name === null ? 'null' : String(name);
        return svgElement('text', place, cut(text, level ? 14 : 10), svgElement('title', {}, text));
      });
  }

  private _numbersBelow(floor: number): SVGElement[] {
    const times = this._drawing.scale === 'time';
    const marks = times ? timeTicks(this._low, this._high, 7) : ticks(this._low, this._high, 8);
    return marks.map(tick =>
      svgElement(
        'text',
        { x: this._x(tick), y: floor + 16, 'text-anchor': 'middle' },
        times ? shortTime(tick, this._high - this._low) : shortNumber(tick)
      )
    );
  }

  private _marks(): SVGElement[] {
    switch (this._chart.kind) {
      case 'bar':
        return this._bars();
      case 'histogram':
        return this._pieces();
      case 'box':
        return this._boxes();
      case 'scatter':
        return this._dots(3);
      case 'line':
        return this._lines();
    }
  }

  private _bars(): SVGElement[] {
    const { series } = this._drawing;
    const room = ((WIDTH - LEFT - RIGHT) / Math.max(1, this._categories.length)) * 0.8;
    const width = room / Math.max(1, series.length);
    return series.flatMap(({ name, points }, at) =>
      points
        .filter(([, y]) => y !== null)
        .map(([x, y]) => {
          const [from, to] = [this._y(0), this._y(Number(y))];
          return this._mark('rect', at, title(x, name, y), {
            x: this._x(x) - room / 2 + at * width,
            y: Math.min(from, to),
            width: Math.max(0.5, width - 1),
            height: Math.max(0.5, Math.abs(from - to))
          });
        })
    );
  }

  private _pieces(): SVGElement[] {
    const below = new Map<unknown, number>();
    const step = this._drawing.width ?? 1;
    return this._drawing.series.flatMap(({ name, points }, at) =>
      points.map(([x, y]) => {
        const start = below.get(x) ?? 0;
        below.set(x, start + Number(y));
        const [left, right] = [this._x(x), this._x(Number(x) + step)];
        const to = this._number(Number(x) + step);
        return this._mark('rect', at, title(`${this._number(Number(x))} to ${to}`, name, y), {
          x: left + 0.5,
          y: this._y(start + Number(y)),
          width: Math.max(0.5, right - left - 1),
          height: this._y(start) - this._y(start + Number(y))
        });
      })
    );
  }

  private _boxes(): SVGElement[] {
    const width = Math.min(60, ((WIDTH - LEFT - RIGHT) / Math.max(1, this._categories.length)) * 0.6);
    return this._drawing.series.flatMap(({ points }) =>
      points.map(([name, ...numbers]) => {
        const [least, lower, median, upper, greatest] = numbers.map(number => this._y(Number(number)));
        const x = this._x(name);
        const line = (x1: number, x2: number, y1: number, y2: number) =>
          svgElement('line', { x1, x2, y1, y2, class: 'lb-Table-whisker' });
        return svgElement(
          'g',
          {},
          svgElement('title', {}, `${name ?? ''} ${numbers.map(number => shortNumber(Number(number))).join(' · ')}`),
          line(x, x, least, lower),
          line(x, x, upper, greatest),
          line(x - width / 4, x + width / 4, least, least),
          line(x - width / 4, x + width / 4, greatest, greatest),
          svgElement('rect', {
            x: x - width / 2,
            y: upper,
            width,
            height: Math.max(1, lower - upper),
            class: 'lb-Table-mark lb-mod-0'
          }),
          svgElement('line', { x1: x - width / 2, x2: x + width / 2, y1: median, y2: median, class: 'lb-Table-median' })
        );
      })
    );
  }

  private _dots(radius: number): SVGElement[] {
    return this._drawing.series.flatMap(({ name, points }, at) =>
      points.map(([x, y]) =>
        this._mark('circle', at, title(this._drawing.scale === 'category' ? x : this._number(Number(x)), name, y), {
          cx: this._x(x),
          cy: this._y(Number(y)),
          r: radius
        })
      )
    );
  }

  private _lines(): SVGElement[] {
    const lines = this._drawing.series.map(({ points }, at) =>
      svgElement('polyline', {
        points: points
          .filter(([, y]) => y !== null)
          .map(([x, y]) => `${this._x(x).toFixed(1)},${this._y(Number(y)).toFixed(1)}`)
          .join(' '),
        class: `lb-Table-line-mark lb-mod-${at % 12}`
      })
    );
    const count = this._drawing.series.reduce((sum, { points }) => sum + points.length, 0);
    return [...lines, ...(count <= 200 ? this._dots(2.5) : [])];
  }

  private _legend(): SVGElement[] {
    return this._drawing.series.map(({ name }, at) =>
      svgElement(
        'g',
        { transform: `translate(${LEFT + (at % 5) * 136} ${HEIGHT + 8 + Math.floor(at / 5) * 22})` },
        svgElement('rect', { width: 10, height: 10, class: `lb-Table-mark lb-mod-${at % 12}` }),
        svgElement('text', { x: 16, y: 9 }, cut(name ?? 'null', 16), svgElement('title', {}, name ?? 'null'))
      )
    );
  }

  private _mark(kind: 'rect' | 'circle', group: number, said: string, attributes: Record<string, number>): SVGElement {
    const classes = `lb-Table-mark lb-mod-${group % 12}`;
    return svgElement(kind, { ...attributes, class: classes }, svgElement('title', {}, said));
  }

  private _number(number: number): string {
    return this._drawing.scale === 'time' ? shortTime(number, this._high - this._low) : shortNumber(number);
  }

  private readonly _categories: (string | number | null)[];
  private readonly _low: number;
  private readonly _high: number;
  private readonly _bottom: number;
  private readonly _top: number;
}

function title(x: string | number | null, group: string | null, y: string | number | null): string {
  return `${x ?? 'null'}${group === null ? '' : `, ${group}`}: ${y === null ? 'null' : shortNumber(Number(y))}`;
}

function cut(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, length - 1)}…` : text;
}

function least(numbers: number[]): number {
  return numbers.reduce((low, number) => (number < low ? number : low), numbers[0] ?? 0);
}

function most(numbers: number[]): number {
  return numbers.reduce((high, number) => (number > high ? number : high), numbers[0] ?? 1);
}
