import type { Cell, Kind } from './types';
import { textOf } from './types';

/** Whether a value is missing: null, or what a column of numbers or times has instead. */
export function isMissing(cell: Cell, kind: Kind): boolean {
  return cell === null || (kind === 'number' && isNaNText(cell)) || cell === 'NaT';
}

export function isNaNText(cell: Cell): boolean {
  return cell !== null && /^[-+]?nan$/i.test(textOf(cell));
}

/** How two values of a column that are not missing are ordered. */
export function compare(left: Cell, right: Cell, kind: Kind): number {
  const [a, b] = [textOf(left), textOf(right)];
  switch (kind) {
    case 'integer':
    case 'number':
      return compareNumbers(a, b);
    case 'time':
    case 'date':
      return compareTimes(a, b);
    case 'duration':
      return compareOr(toSeconds(a), toSeconds(b), a, b);
    case 'boolean':
      return compareTexts(a.toLowerCase(), b.toLowerCase());
    default:
      return compareTexts(a, b);
  }
}

export function compareTexts(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Numbers of any length: a browser's own have 53 bits, so equals are compared digit by digit. */
export function compareNumbers(a: string, b: string): number {
  const [x, y] = [toNumber(a), toNumber(b)];
  if (x !== y) {
    return compareOr(x, y, a, b);
  }
  const [left, right] = [toDigits(a), toDigits(b)];
  if (!left || !right) {
    return 0;
  }
  const places = Math.max(left.places, right.places);
  const [m, n] = [left, right].map(({ digits, places: own }) => digits * 10n ** BigInt(places - own));
  return m < n ? -1 : m > n ? 1 : 0;
}

/** NaN where a text is no number. */
export function toNumber(text: string): number {
  const word = text.trim().toLowerCase().replace(/^\+/, '');
  if (word === 'inf' || word === 'infinity') {
    return Infinity;
  }
  if (word === '-inf' || word === '-infinity') {
    return -Infinity;
  }
  return word === '' ? NaN : Number(word);
}

/** Milliseconds since 1970, NaN where a text is no time. A time without a zone is taken as UTC's. */
export function toTime(text: string): number {
  const found = TIME.exec(text.trim());
  if (!found) {
    return NaN;
  }
  const [, date, clock = '00:00:00', fraction = '', zone = ''] = found;
  const time = Date.parse(`${date}T${clock.length === 5 ? `${clock}:00` : clock}${toOffset(zone)}`);
  return time + Number(`0${fraction}`) * 1000;
}

const TIME = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d)?)(\.\d+)?\s*(Z|UTC|[+-]\d\d(?::?\d\d)?)?)?$/;

function toOffset(zone: string): string {
  const found = /^([+-]\d\d):?(\d\d)?$/.exec(zone);
  return found ? `${found[1]}:${found[2] ?? '00'}` : 'Z';
}

function compareTimes(a: string, b: string): number {
  const [x, y] = [toTime(a), toTime(b)].map(Math.floor);
  if (x !== y) {
    return compareOr(x, y, a, b);
  }
  const [left, right] = [a, b].map(text => (TIME.exec(text.trim())?.[3] ?? '').padEnd(10, '0'));
  return compareTexts(left, right); // nanoseconds
}

/** Seconds of `1 days 02:03:04.5`, or of a number with a unit. */
export function toSeconds(text: string): number {
  const clock = /^(-)?(?:(-?\d+) days?,? ?)?(?:\+?(\d+):(\d\d):(\d\d(?:\.\d+)?))?$/.exec(text.trim());
  if (clock && text.trim()) {
    const [, sign, days = '0', hours = '0', minutes = '0', seconds = '0'] = clock;
    const whole = Number(days) * 86400 + Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
    return sign ? -whole : whole;
  }
  let total = 0;
  const parts = [...text.matchAll(/(-?[\d.]+)\s*(ns|us|µs|ms|s|m|h|d)(?![a-z])/g)];
  for (const [, number, unit] of parts) {
    total += Number(number) * UNITS[unit];
  }
  return parts.length ? total : NaN;
}

const UNITS: Record<string, number> = { ns: 1e-9, us: 1e-6, µs: 1e-6, ms: 1e-3, s: 1, m: 60, h: 3600, d: 86400 };

/** The number by which a value is drawn; NaN for what is none. */
export function toDrawn(cell: Cell, kind: Kind): number {
  const text = textOf(cell);
  switch (kind) {
    case 'integer':
    case 'number':
      return cell === null ? NaN : toNumber(text);
    case 'time':
    case 'date':
      return toTime(text);
    case 'duration':
      return toSeconds(text) * 1000;
    default:
      return NaN;
  }
}

/** What is no number comes after all that are, as its text is ordered. */
function compareOr(x: number, y: number, a: string, b: string): number {
  if (Number.isNaN(x) || Number.isNaN(y)) {
    return Number.isNaN(x) && Number.isNaN(y) ? compareTexts(a, b) : Number.isNaN(x) ? 1 : -1;
  }
  return x - y < 0 ? -1 : 1;
}

function toDigits(text: string): { digits: bigint; places: number } | null {
  const found = /^([-+]?)(\d*)\.?(\d*)(?:e([-+]?\d+))?$/i.exec(text.trim());
  if (!found || !(found[2] + found[3])) {
    return null;
  }
  const [, sign, whole, fraction, exponent = '0'] = found;
  const places = fraction.length - Number(exponent);
  if (Math.abs(places) > 400) {
    return null;
  }
  const digits = BigInt(whole + fraction) * (sign === '-' ? -1n : 1n);
  return places < 0 ? { digits: digits * 10n ** BigInt(-places), places: 0 } : { digits, places };
}
