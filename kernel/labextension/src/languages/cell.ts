/** A language of cells, as its magic names it. */
export interface ILanguage {
  /** As the kernel calls it, and as the picker writes it after the percent sign. */
  readonly name: string;
  readonly label: string;
  /** As JupyterLab knows its code. */
  readonly mimeType: string;
  /** With which a line of comment begins; none where no cell can be in it without a magic. */
  readonly comment?: string;
  /** What else may stand after the percent sign. */
  readonly also?: readonly string[];
}

export const PYTHON: ILanguage = {
  name: 'python',
  label: 'Python',
  mimeType: 'text/x-ipython',
  comment: '#',
  also: ['py']
};

/** In the order of the picker. */
export const LANGUAGES: readonly ILanguage[] = [
  PYTHON,
  { name: 'sql', label: 'SQL', mimeType: 'text/x-sql', comment: '--' },
  { name: 'r', label: 'R', mimeType: 'text/x-rsrc', comment: '#' },
  { name: 'scala', label: 'Scala', mimeType: 'text/x-scala', comment: '//' },
  { name: 'duckdb', label: 'DuckDB', mimeType: 'text/x-pgsql', comment: '--' },
  { name: 'sh', label: 'Shell', mimeType: 'text/x-sh', comment: '#' },
  { name: 'md', label: 'Markdown', mimeType: 'text/x-ipythongfm', also: ['md-sandbox'] },
  { name: 'skip', label: 'Skip', mimeType: 'text/plain' }
];

/** The kernels of ours, and which language their cells are in without a magic. */
export const KERNELS: ReadonlyMap<string, ILanguage> = new Map([
  ['lakebook', PYTHON],
  ['lakebook-sql', named('sql')!],
  ['lakebook-r', named('r')!],
  ['lakebook-scala', named('scala')!]
]);

/** The language that a word after the percent sign names, in capitals or not. */
export function named(word: string): ILanguage | undefined {
  const plain = word.toLowerCase();
  return LANGUAGES.find(language => language.name === plain || language.also?.includes(plain));
}

/** Where in a cell its magic is, of which the language's code begins after the options. */
export interface IMagic {
  /** Where its line begins; what is before are blank lines and comments. */
  readonly start: number;
  /** Where its word ends. */
  readonly word: number;
  /** Where its options end. */
  readonly end: number;
  readonly options: string;
}

export interface IReading {
  readonly language: ILanguage;
  /** That names the language. A cell has none that is in its notebook's default language, nor one with IPython's magic. */
  readonly magic?: IMagic;
  /** Whether a magic that names no language made it Python's, whatever the default. */
  readonly isIPythons: boolean;
}

/** What Python calls white space and letters, which is not quite what JavaScript does. */
const SPACE = '\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000';
const MAGIC = new RegExp(`^(%%?)([\\p{L}\\p{N}_]+(?:-[\\p{L}\\p{N}_]+)*)(?=[${SPACE}]|$)`, 'u');
const BLANK = new RegExp(`^[${SPACE}]*$`);
const INDENT = new RegExp(`^[${SPACE}]*`);
const OPTION = new RegExp(
  `[${SPACE}]+(?:-[io](?:[${SPACE}]+(?!-)[^${SPACE}]+)?|--?[A-Za-z][\\p{L}\\p{N}_-]*)(?=[${SPACE}]|$)`,
  'uy'
);

/**
 * Read a cell's language as the kernel does (`lakebook_kernel/cell.py`).
 *
 * It is named by the first line that is neither blank nor a comment of the default language.
 */
export function read(source: string, byDefault: ILanguage): IReading {
  for (let start = 0; start <= source.length; ) {
    const end = source.indexOf('\n', start);
    const line = source.slice(start, end < 0 ? undefined : end);
    if (!isBlank(line) && !isComment(line, byDefault)) {
      return ofLine(line, start, byDefault);
    }
    if (end < 0) {
      break;
    }
    start = end + 1;
  }
  return { language: byDefault, isIPythons: false };
}

export function isBlank(text: string): boolean {
  return BLANK.test(text);
}

/** Whether a line is a comment that may stand before a magic. */
export function isComment(line: string, language: ILanguage): boolean {
  return language.comment !== undefined && line.replace(INDENT, '').startsWith(language.comment);
}

function ofLine(line: string, start: number, byDefault: ILanguage): IReading {
  const found = MAGIC.exec(line);
  if (!found) {
    return { language: byDefault, isIPythons: false };
  }
  const language = named(found[2]);
  if (!language) {
    return { language: PYTHON, isIPythons: true };
  }
  OPTION.lastIndex = found[0].length;
  let end = OPTION.lastIndex;
  while (OPTION.test(line)) {
    end = OPTION.lastIndex;
  }
  const options = line.slice(found[0].length, end).replace(INDENT, '');
  return {
    language,
    magic: { start, word: start + found[0].length, end: start + end, options },
    isIPythons: false
  };
}
