/** Round numbers between two bounds, about as many as are wanted. */
export function ticks(low: number, high: number, wanted: number): number[] {
  if (!(high > low)) {
    return [low];
  }
  const rough = (high - low) / wanted;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map(times => times * power).find(size => size >= rough) ?? 10 * power;
  return between(low, high, step);
}

/** Round moments between two, in milliseconds since 1970. */
export function timeTicks(low: number, high: number, wanted: number): number[] {
  if (!(high > low)) {
    return [low];
  }
  const rough = (high - low) / wanted;
  const step = STEPS.find(size => size >= rough);
  if (step !== undefined) {
    return between(low, high, step);
  }
  const years = Math.max(1, Math.round(rough / YEAR));
  const found = [];
  for (let year = new Date(low).getUTCFullYear() + 1; Date.UTC(year) <= high; year += years) {
    found.push(Date.UTC(year));
  }
  return found;
}

const SECOND = 1000;
const DAY = 86_400 * SECOND;
const YEAR = 365.25 * DAY;
const STEPS = [
  ...[1, 10, 100, 500],
  ...[1, 5, 15, 30, 60, 300, 900, 1800, 3600, 3 * 3600, 6 * 3600, 12 * 3600].map(seconds => seconds * SECOND),
  ...[1, 2, 7, 14, 30, 61, 91, 182].map(days => days * DAY)
];

function between(low: number, high: number, step: number): number[] {
  const found = [];
  for (let at = Math.ceil(low / step); at * step <= high + step * 1e-9; at++) {
    found.push(at * step);
  }
  return found;
}

/** A number for the eye. */
export function shortNumber(number: number): string {
  const size = Math.abs(number);
  if (size !== 0 && (size >= 1e6 || size < 1e-3)) {
    const unit = size < 1e15 ? UNITS.find(([least]) => size >= least) : undefined;
    return unit && size >= 1e6 ? `${trimmed(number / unit[0])}${unit[1]}` : number.toExponential(2);
  }
  return trimmed(number);
}

const UNITS: [number, string][] = [
  [1e12, 'T'],
  [1e9, 'G'],
  [1e6, 'M']
];

function trimmed(number: number): string {
  return String(Number(number.toPrecision(5)));
}

/** A moment for the eye, where a scale covers so many milliseconds. */
export function shortTime(moment: number, span: number): string {
  const date = new Date(moment);
  if (Number.isNaN(date.getTime())) {
    return shortNumber(moment);
  }
  const written = date.toISOString();
  if (span >= 3 * DAY) {
    return written.slice(0, 10);
  }
  return span >= 60 * SECOND ? `${written.slice(5, 10)} ${written.slice(11, 16)}` : written.slice(11, 23);
}
