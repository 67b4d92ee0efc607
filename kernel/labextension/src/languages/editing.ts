import { Language, LanguageSupport, defineLanguageFacet, languageDataProp } from '@codemirror/language';
import type { IEditorLanguageRegistry } from '@jupyterlab/codemirror';
import {
  NodeSet,
  NodeType,
  Parser,
  Tree,
  parseMixed,
  type Input,
  type ParseWrapper,
  type PartialParse
} from '@lezer/common';
import { styleTags, tags } from '@lezer/highlight';

import { LANGUAGES, read, type ILanguage, type IReading } from './cell.js';
import { commentKeys } from './comment';

/** As JupyterLab shall treat a cell: one with a magic by a language of ours, whose code begins behind it. */
export function mimeType({ language, magic }: IReading): string {
  return magic ? `text/x-lakebook-${language.name}` : language.mimeType;
}

/** Teach the editors how cells begin that have a magic. */
export function addLanguages(registry: IEditorLanguageRegistry): void {
  for (const language of LANGUAGES) {
    const inner = language.mimeType;
    registry.addLanguage({
      name: `Lakebook ${language.label}`,
      mime: `text/x-lakebook-${language.name}`,
      load: async () => {
        const code = (await registry.getLanguage(inner))?.support;
        return new LanguageSupport(withMagic(language, code?.language), [code?.support ?? [], commentKeys]);
      }
    });
  }
}

const enum Id {
  Cell,
  Comment,
  Magic,
  Options,
  Code
}

/** The nodes of a cell before its code. No line of it is ever made a comment: the cell would change its language. */
const HEAD = new NodeSet([
  NodeType.define({
    id: Id.Cell,
    name: 'Cell',
    top: true,
    props: [[languageDataProp, defineLanguageFacet({ closeBrackets: { brackets: [] } })]]
  }),
  NodeType.define({ id: Id.Comment, name: 'Comment' }),
  NodeType.define({ id: Id.Magic, name: 'Magic' }),
  NodeType.define({ id: Id.Options, name: 'Options' }),
  NodeType.define({ id: Id.Code, name: 'Code' })
  // JupyterLab's colour of `meta`, too dark on a dark page, is nobody's here
]).extend(styleTags({ Comment: tags.comment, Magic: tags.operator, Options: tags.attributeName }));

/** Beyond it no magic is looked for: who puts so much comment before one sees it coloured as code. */
const LONGEST_HEAD = 10_000;

function withMagic(language: ILanguage, code: Language | undefined): Language {
  const data = HEAD.types[Id.Cell].prop(languageDataProp)!;
  const nested = parseMixed(node => (code && node.type === HEAD.types[Id.Code] ? { parser: code.parser } : null));
  return new Language(data, new CellParser(language, nested), [], `lakebook-${language.name}`);
}

class CellParser extends Parser {
  constructor(
    private readonly _language: ILanguage,
    private readonly _nested: ParseWrapper
  ) {
    super();
  }

  createParse(...[input, fragments, ranges]: Parameters<Parser['createParse']>): PartialParse {
    return this._nested(new HeadParse(this._language, input), input, fragments, ranges);
  }
}

/** Finds the magic. It is done at once: only the code is long. */
class HeadParse implements PartialParse {
  readonly stoppedAt = null;

  constructor(
    private readonly _language: ILanguage,
    private readonly _input: Input
  ) {}

  get parsedPos(): number {
    return this._input.length;
  }

  stopAt(): void {
    // a head is never too long
  }

  advance(): Tree {
    const { length } = this._input;
    const head = this._input.read(0, Math.min(length, LONGEST_HEAD));
    const nodes: [Id, number, number][] = [];
    const magic = findMagic(head, this._language);
    if (magic) {
      nodes.push([Id.Comment, 0, magic.start], [Id.Magic, magic.start, magic.word]);
      nodes.push([Id.Options, magic.end - magic.options.length, magic.end]);
    }
    nodes.push([Id.Code, magic?.end ?? 0, length]);
    const filled = nodes.filter(([, from, to]) => from < to);
    return new Tree(
      HEAD.types[Id.Cell],
      filled.map(([id, from, to]) => new Tree(HEAD.types[id], [], [], to - from)),
      filled.map(([, from]) => from),
      length
    );
  }
}

/** The magic that names the language, whatever the notebook's default is: some sign of comment may be before it. */
function findMagic(head: string, language: ILanguage): IReading['magic'] {
  for (const byDefault of LANGUAGES) {
    const found = read(head, byDefault);
    if (found.magic && found.language === language) {
      return found.magic;
    }
  }
  return undefined;
}
