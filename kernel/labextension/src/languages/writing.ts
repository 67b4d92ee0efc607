import { isBlank, isComment, read, type ILanguage } from './cell.js';

/** A change of a source: what is between two places gives way to a text. */
export interface IEdit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/**
 * What makes a cell one of a language: a magic is written on a line before all else, or the one that is there is changed
 * or removed. Undefined where the cell is of that language already.
 */
export function toLanguage(source: string, language: ILanguage, byDefault: ILanguage): IEdit | undefined {
  const now = read(source, byDefault);
  if (now.language === language) {
    return undefined;
  }
  const { magic } = now;
  if (!magic) {
    return { start: 0, end: 0, text: `%${language.name}\n` };
  }
  const percent = source.startsWith('%%', magic.start) ? '%%' : '%';
  // names come and go in all languages, another option is one language's own
  const names = magic.options.match(/(?<!\S)-[io]\s+[^\s-]\S*/g) ?? [];
  const renamed = { start: magic.start, end: magic.end, text: [`${percent}${language.name}`, ...names].join(' ') };
  return language === byDefault ? (withoutMagic(source, byDefault) ?? renamed) : renamed;
}

/** What takes a magic away, and undefined where the cell would not be of the default language then. */
export function withoutMagic(source: string, byDefault: ILanguage): IEdit | undefined {
  const { magic } = read(source, byDefault);
  if (!magic) {
    return undefined;
  }
  const end = codeBegins(source, magic.end);
  const edit = { start: magic.start, end, text: '' };
  const after = read(apply(source, edit), byDefault);
  return after.language === byDefault && !after.magic && !after.isIPythons ? edit : undefined;
}

/** Where code begins behind the options of a magic: on their line, or on the next. */
function codeBegins(source: string, options: number): number {
  const line = source.indexOf('\n', options);
  const rest = source.slice(options, line < 0 ? undefined : line);
  if (isBlank(rest)) {
    return line < 0 ? source.length : line + 1;
  }
  return options + rest.length - rest.trimStart().length;
}

export function apply(source: string, { start, end, text }: IEdit): string {
  return source.slice(0, start) + text + source.slice(end);
}

/**
 * The source by which a cell means the same when its notebook gets another default language.
 *
 * A cell of the language before gets its magic, one of the language after loses its own unless it has options, and lines
 * of comment before a magic become comments of the language after.
 */
export function withDefault(source: string, before: ILanguage, after: ILanguage): string {
  const { language, magic, isIPythons } = read(source, before);
  if (!magic && !isIPythons) {
    return !isBlank(source) ? `%${language.name}\n${source}` : source;
  }
  const commented = withComments(source, before, after);
  const edit = language === after && !magic?.options ? withoutMagic(commented, after) : undefined;
  return edit ? apply(commented, edit) : commented;
}

/** The source with the comments before its magic written as another language does. */
function withComments(source: string, before: ILanguage, after: ILanguage): string {
  const lines = source.split('\n');
  const first = lines.findIndex(line => !isBlank(line) && !isComment(line, before));
  const head = lines.slice(0, first).map(line => line.replace(before.comment ?? '', after.comment ?? ''));
  return [...head, ...lines.slice(first)].join('\n');
}
