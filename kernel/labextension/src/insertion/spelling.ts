import type { ILanguage } from '../languages/cell.js';

/** A language, as far as names are written in one way or another in it. */
export type Written = 'python' | 'sql' | 'r' | 'scala' | 'duckdb' | 'other';

export function writtenIn({ name }: ILanguage): Written {
  return (['python', 'sql', 'r', 'scala', 'duckdb'] as const).find(known => known === name) ?? 'other';
}

/** A name of a notebook's variable. */
export interface IVariable {
  readonly name: string;
  readonly isFrame: boolean;
}

const PLAIN = /^[A-Za-z_][A-Za-z0-9_]*$/;
const PLAIN_IN_R = /^(?:[A-Za-z]|\.(?![0-9]))[A-Za-z0-9._]*$/;
/** Words that SQL, of Spark or DuckDB, would not take for a name. */
const RESERVED = new Set(
  (
    'all and anti any as both by case cast check collate column constraint create cross current_date current_time ' +
    'current_timestamp current_user default distinct else end except false fetch filter for foreign from full grant group ' +
    'having in inner intersect into is join leading left minus natural not null on only or order outer overlaps ' +
    'primary references right select semi session_user set some table then time to trailing true union unique ' +
    'unknown user using when where with within'
  ).split(' ')
);

/** A variable as it is written in a language; undefined where the language has no way to write it. */
export function variable({ name, isFrame }: IVariable, language: Written): string | undefined {
  switch (language) {
    case 'sql':
      return isFrame ? quoted(name, '`') : PLAIN.test(name) ? `:${name}` : undefined;
    case 'duckdb':
      return isFrame ? quoted(name, '"') : undefined;
    case 'r':
      return inR(name);
    case 'scala':
      return PLAIN.test(name) ? name : `\`${name}\``;
    default:
      return PLAIN.test(name) || language === 'other' ? name : undefined;
  }
}

/** A table by the parts of its name. */
export function table(parts: readonly string[], language: Written): string {
  switch (language) {
    case 'sql':
      return parts.map(part => quoted(part, '`')).join('.');
    case 'duckdb':
      return parts.map(part => quoted(part, '"')).join('.');
    case 'r':
      return `tbl(spark, ${text(spark(parts))})`;
    case 'other':
      return parts.join('.');
    default:
      return `spark.table(${text(spark(parts))})`;
  }
}

/** A version of a Delta table; undefined where the language reads the newest alone. */
export function version(parts: readonly string[], number: number, language: Written): string | undefined {
  switch (language) {
    case 'sql':
      return `${spark(parts)} VERSION AS OF ${number}`;
    case 'r':
      return `sql(${text(`SELECT * FROM ${spark(parts)} VERSION AS OF ${number}`)})`;
    case 'duckdb':
    case 'other':
      return undefined;
    default:
      return `spark.read.option("versionAsOf", ${number}).table(${text(spark(parts))})`;
  }
}

/** A column, a function or a schema. */
export function name(word: string, language: Written, isColumn = false): string {
  switch (language) {
    case 'sql':
      return quoted(word, '`');
    case 'duckdb':
      return quoted(word, '"');
    case 'r':
      return inR(word);
    case 'other':
      return word;
    default:
      return isColumn ? text(word) : word;
  }
}

function spark(parts: readonly string[]): string {
  return parts.map(part => quoted(part, '`')).join('.');
}

function quoted(word: string, mark: string): string {
  const isPlain = PLAIN.test(word) && !RESERVED.has(word.toLowerCase());
  return isPlain ? word : mark + word.replaceAll(mark, mark + mark) + mark;
}

function inR(word: string): string {
  return PLAIN_IN_R.test(word) ? word : `\`${word.replaceAll('\\', '\\\\').replaceAll('`', '\\`')}\``;
}

function text(value: string): string {
  return JSON.stringify(value);
}
