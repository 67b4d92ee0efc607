import { toDrawn } from './compare';
import type { Aggregate, IChart, IColumn, IDrawing, ISeries, Row } from './types';
import { textOf } from './types';

const CATEGORIES = 50;
const GROUPS = 12;
const BINS = 20;

interface IMark {
  x: string | number | null;
  order: number;
  y: number;
  group: string | null;
}

/** The marks of a chart of some rows, as the kernel answers them of all. */
export function draw(rows: Row[], columns: IColumn[], chart: IChart): IDrawing {
  const { kind } = columns[chart.x];
  const isLong = chart.kind === 'line' || chart.kind === 'scatter' || chart.kind === 'histogram';
  const isContinuous = isLong && ['integer', 'number', 'time', 'date', 'duration'].includes(kind);
  if (chart.kind === 'histogram' && !isContinuous) {
    throw new Error(`${columns[chart.x].name} is ${columns[chart.x].type}: a histogram needs numbers or times.`);
  }
  const scale = !isContinuous ? 'category' : kind === 'time' || kind === 'date' ? 'time' : 'number';
  const marks = marksOf(rows, columns, chart, isContinuous);
  const groups = largest(marks.map(mark => mark.group)).slice(0, GROUPS);
  const note = new Set(marks.map(mark => mark.group)).size > GROUPS ? `the ${GROUPS} largest groups` : '';
  const series = (points: (found: IMark[]) => ISeries['points']) =>
    groups.map(name => ({ name, points: points(marks.filter(mark => mark.group === name)) }));
  switch (chart.kind) {
    case 'scatter':
      return { series: series(found => sorted(found).map(({ x, y }) => [x, y])), scale, note, width: null };
    case 'histogram':
      return histogram(marks, series, scale, note);
    case 'box':
      return {
        series: [{ name: null, points: boxes(marks, chart.y !== null) }],
        scale: 'category',
        note: '',
        width: null
      };
  }
  const ordered = !Number.isNaN(marks[0]?.order ?? NaN);
  const kept = ordered ? null : new Set(largest(marks.map(mark => mark.x)).slice(0, CATEGORIES));
  return {
    series: series(found =>
      aggregated(
        found.filter(mark => !kept || kept.has(mark.x)),
        chart.aggregate,
        ordered
      )
    ),
    scale,
    note,
    width: null
  };
}

function marksOf(rows: Row[], columns: IColumn[], chart: IChart, isContinuous: boolean): IMark[] {
  const { kind } = columns[chart.x];
  const yAt = chart.kind === 'box' && chart.y === null ? chart.x : chart.y;
  const counts =
    chart.kind === 'histogram' || (chart.aggregate === 'count' && chart.kind !== 'scatter' && chart.kind !== 'box');
  if (!counts && yAt === null) {
    throw new Error('Choose a column of numbers for y.');
  }
  const marks = rows.map(row => ({
    x: isContinuous ? toDrawn(row[chart.x], kind) : row[chart.x] === null ? null : textOf(row[chart.x]),
    order: toDrawn(row[chart.x], kind),
    y: counts ? 1 : toDrawn(row[yAt!], columns[yAt!].kind),
    group: chart.group === null ? null : row[chart.group] === null ? 'null' : textOf(row[chart.group])
  }));
  const drawn = marks.filter(({ x, y }) => Number.isFinite(y) && (!isContinuous || Number.isFinite(x)));
  if (!counts && !drawn.length && rows.length) {
    throw new Error(`${columns[yAt!].name} is ${columns[yAt!].type}: choose a column of numbers.`);
  }
  return drawn;
}

function sorted(marks: IMark[]): IMark[] {
  return [...marks].sort((a, b) => a.order - b.order);
}

/** Distinct items, the most frequent first. */
function largest<Item>(items: Item[]): Item[] {
  const counts = new Map<Item, number>();
  items.forEach(item => counts.set(item, (counts.get(item) ?? 0) + 1));
  return [...counts].sort((a, b) => b[1] - a[1]).map(([item]) => item);
}

function by<Key>(marks: IMark[], key: (mark: IMark) => Key): Map<Key, IMark[]> {
  const found = new Map<Key, IMark[]>();
  for (const mark of marks) {
    const known = found.get(key(mark));
    if (known) {
      known.push(mark);
    } else {
      found.set(key(mark), [mark]);
    }
  }
  return found;
}

function aggregated(marks: IMark[], aggregate: Aggregate, ordered: boolean): ISeries['points'] {
  if (aggregate === 'none') {
    return sorted(marks).map(({ x, y }) => [x, y]);
  }
  const points = [...by(ordered ? sorted(marks) : marks, mark => mark.x)].map(
    ([x, found]): (string | number | null)[] => [
      x,
      together(
        found.map(mark => mark.y),
        aggregate
      )
    ]
  );
  return ordered ? points : points.sort((a, b) => Number(b[1]) - Number(a[1]));
}

function together(numbers: number[], aggregate: Aggregate): number {
  const sum = numbers.reduce((total, number) => total + number, 0);
  switch (aggregate) {
    case 'count':
      return numbers.length;
    case 'mean':
      return sum / numbers.length;
    case 'median':
      return quantile(
        [...numbers].sort((a, b) => a - b),
        0.5
      );
    case 'min':
      return Math.min(...numbers);
    case 'max':
      return Math.max(...numbers);
    default:
      return sum;
  }
}

function histogram(
  marks: IMark[],
  series: (points: (found: IMark[]) => ISeries['points']) => ISeries[],
  scale: IDrawing['scale'],
  note: string
): IDrawing {
  const [low, high] = [Math.min(...marks.map(mark => mark.order)), Math.max(...marks.map(mark => mark.order))];
  const bins = high > low ? BINS : 1;
  const width = (high - low) / bins || 1;
  const place = (mark: IMark) => low + Math.min(bins - 1, Math.floor((mark.order - low) / width)) * width;
  const points = (found: IMark[]) => [...by(sorted(found), place)].map(([x, within]) => [x, within.length]);
  return { series: marks.length ? series(points) : [], scale, note, width };
}

function boxes(marks: IMark[], byCategory: boolean): ISeries['points'] {
  const ordered = sorted(marks);
  return [...by(ordered, mark => (byCategory ? mark.x : null))].slice(0, CATEGORIES).map(([x, found]) => {
    const numbers = found.map(mark => mark.y).sort((a, b) => a - b);
    return [x, ...[0, 0.25, 0.5, 0.75, 1].map(part => quantile(numbers, part))];
  });
}

function quantile(numbers: number[], part: number): number {
  const place = (numbers.length - 1) * part;
  const [low, high] = [numbers[Math.floor(place)], numbers[Math.ceil(place)]];
  return low + (high - low) * (place - Math.floor(place));
}
