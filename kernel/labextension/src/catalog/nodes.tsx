import { addIcon, historyIcon, runIcon } from '@jupyterlab/ui-components';
import type { ReactNode } from 'react';

import type { Insertion } from '../insertion/notebook';
import { name as spellName, table as spellTable, version as spellVersion } from '../insertion/spelling';
import { Refused } from '../server/answers';
import type { IAction, INode } from '../tree/tree';
import type { Asked, Catalog, ICatalog, IColumn, IItem, ITable, IVersion } from './model';

/** What SQL calls the session's own catalog, whose schemas are named without it. */
const OWN = 'hive_metastore';

/** Makes the rows of the tree; of what is closed nothing is asked. */
export class Nodes {
  constructor(
    private readonly _catalog: Catalog,
    private readonly _open: ReadonlySet<string>,
    private readonly _to: Insertion,
    /** Opens a row. */
    private readonly _show: (...ids: string[]) => void
  ) {}

  all(): readonly INode[] {
    return either(this._catalog.catalogs(), '', catalogs => catalogs.map(catalog => this._catalogNode(catalog)));
  }

  found(words: string): readonly INode[] {
    return either(this._catalog.search(words), 'found', ({ found, more }) => [
      ...found.map(hit => {
        const place = [hit.catalog, hit.schema];
        return hit.kind === 'table'
          ? this._table(place, { name: hit.name, comment: hit.comment, provider: hit.provider ?? '' }, true)
          : this._item(place, hit, hit.kind);
      }),
      ...(more ? [note('more', `… and ${more.toLocaleString()} more: type more words`)] : []),
      ...(found.length ? [] : [note('none', 'Nothing is like that.')])
    ]);
  }

  private _catalogNode({ name, schemas }: ICatalog): INode {
    return {
      id: name,
      name,
      content: <Line kind="catalog" name={name} />,
      act: this._insertName(name, false),
      children: schemas.length
        ? schemas.map(schema => this._schema(name, schema))
        : [note(name, 'No schemas that anything is known of.')]
    };
  }

  private _schema(catalog: string, { name, comment }: IItem): INode {
    const id = `${catalog}\n${name}`;
    return {
      id,
      name,
      title: comment || undefined,
      content: <Line kind="schema" name={name} comment={comment} />,
      act: { label: 'Insert into the cell', icon: ADD, run: () => this._insertTable(parts([catalog, name])) },
      children: this._children(id, () =>
        either(this._catalog.schema(catalog, name), id, ({ tables, functions, volumes }) => {
          const rows = [
            ...tables.map(table => this._table([catalog, name], table)),
            ...volumes.map(volume => this._item([catalog, name], volume, 'volume')),
            ...functions.map(call => this._item([catalog, name], call, 'function'))
          ];
          return rows.length ? rows : [note(id, 'Nothing is in this schema.')];
        })
      )
    };
  }

  private _table(place: readonly string[], table: ITable, withPlace = false): INode {
    const whole = [...place, table.name];
    const id = whole.join('\n');
    const past = `${id}\nversions`;
    const kind = table.provider === 'view' ? 'view' : 'table';
    const isDelta = table.provider === 'delta';
    const written = parts(whole);
    const history: IAction = { label: 'Show its versions', icon: HISTORY, run: () => this._show(id, past) };
    return {
      id,
      name: table.name,
      title: [whole.join('.'), kind === 'view' ? 'view' : `${table.provider} table`, table.comment]
        .filter(Boolean)
        .join('\n'),
      content: (
        <Line
          kind={kind}
          name={table.name}
          comment={withPlace ? place.join('.') : table.comment}
          more={isDelta || kind === 'view' ? '' : table.provider}
        />
      ),
      act: { label: 'Insert into the cell', icon: ADD, run: () => this._insertTable(written) },
      actions: [
        {
          label: 'Read in a new cell',
          icon: RUN,
          run: () => void this._to.query(`SELECT * FROM ${spellTable(written, 'sql')}`)
        },
        ...(isDelta ? [history] : [])
      ],
      children: this._children(id, () => [
        ...either(this._catalog.table(place[0], place[1], table.name), id, ({ columns }) =>
          columns.length ? columns.map(column => this._column(id, column)) : [note(id, 'No columns are known of it.')]
        ),
        ...(isDelta ? [this._versions(past, place, table.name)] : [])
      ])
    };
  }

  private _column(table: string, { name, type, comment, partition }: IColumn): INode {
    return {
      id: `${table}\ncolumn\n${name}`,
      name: [name, type, comment].filter(Boolean).join(', '),
      title: [`${name}: ${type}`, partition ? 'the table is partitioned by it' : '', comment]
        .filter(Boolean)
        .join('\n'),
      content: <Line kind="column" name={name} comment={comment} more={partition ? `${type} · partition` : type} />,
      act: this._insertName(name, true)
    };
  }

  private _versions(id: string, place: readonly string[], table: string): INode {
    return {
      id,
      name: 'Versions',
      content: <Line kind="versions" name="Versions" />,
      children: this._children(id, () =>
        either(this._catalog.history(place[0], place[1], table), id, ({ versions, more }) => [
          ...versions.map(version => this._version(id, parts([...place, table]), version)),
          ...(more ? [note(`${id}\nmore`, 'Older versions: DESCRIBE HISTORY')] : [])
        ])
      )
    };
  }

  private _version(id: string, table: readonly string[], told: IVersion): INode {
    const when = told.timestamp === null ? '' : new Date(told.timestamp).toLocaleString();
    const did = [told.operation.toLowerCase(), told.mode && told.mode.toLowerCase()].filter(Boolean).join(' ');
    const rows = told.rows === null ? '' : `${told.rows.toLocaleString()} rows`;
    return {
      id: `${id}\n${told.version}`,
      name: [`version ${told.version}`, when, did, rows].filter(Boolean).join(', '),
      title: [`Version ${told.version} of ${table.join('.')}`, when, told.by && `by ${told.by}`, did, rows]
        .filter(Boolean)
        .join('\n'),
      content: (
        <Line kind="version" name={`v${told.version}`} comment={[when, did].filter(Boolean).join(' · ')} more={rows} />
      ),
      act: {
        label: 'Insert into the cell',
        icon: ADD,
        run: () =>
          this._to.insert(
            language => spellVersion(table, told.version, language),
            `Version ${told.version} of ${table.join('.')}`
          )
      },
      actions: [
        {
          label: 'Read in a new cell',
          icon: RUN,
          run: () => void this._to.query(`SELECT * FROM ${spellVersion(table, told.version, 'sql')}`)
        }
      ]
    };
  }

  private _item(place: readonly string[], { name, comment }: IItem, kind: 'function' | 'volume'): INode {
    const path = `/Volumes/${[...place, name].join('/')}`;
    return {
      id: [...place, kind, name].join('\n'),
      name,
      title: [kind === 'volume' ? path : `${[...place, name].join('.')}()`, comment].filter(Boolean).join('\n'),
      content: <Line kind={kind} name={kind === 'function' ? `${name}()` : name} comment={comment} />,
      act: {
        label: 'Insert into the cell',
        icon: ADD,
        run: () =>
          this._to.insert(
            language =>
              kind === 'function'
                ? spellTable(parts([...place, name]), language === 'sql' ? 'sql' : 'other')
                : language === 'sql'
                  ? `'${path}'`
                  : JSON.stringify(path),
            name
          )
      }
    };
  }

  /** Rows below one: of one that is closed it is only said that there are some. */
  private _children(id: string, make: () => readonly INode[]): readonly INode[] {
    return this._open.has(id) ? make() : [];
  }

  private _insertTable(written: readonly string[]): void {
    this._to.insert(language => spellTable(written, language), written.join('.'));
  }

  private _insertName(name: string, isColumn: boolean): IAction {
    return {
      label: 'Insert into the cell',
      icon: ADD,
      run: () => this._to.insert(language => spellName(name, language, isColumn), name)
    };
  }
}

const ADD = <addIcon.react tag="span" />;
const RUN = <runIcon.react tag="span" />;
const HISTORY = <historyIcon.react tag="span" />;

/** The parts of a name that are written: a schema of the session's own catalog goes without that, and `default` too. */
function parts(whole: readonly string[]): readonly string[] {
  if (whole[0] !== OWN) {
    return whole;
  }
  return whole.length === 3 && whole[1] === 'default' ? whole.slice(2) : whole.slice(1);
}

/** Rows made of an answer; one row that says why there is none. */
function either<T>(answer: Asked<T>, id: string, make: (answer: T) => readonly INode[]): readonly INode[] {
  if (answer === undefined) {
    return [note(id, 'Reading …')];
  }
  return answer instanceof Refused ? [note(id, answer.message)] : make(answer);
}

function note(id: string, text: string): INode {
  return {
    id: `${id}\nnote`,
    name: text,
    title: text,
    content: <span className="lb-Tree-note">{text}</span>,
    isNote: true
  };
}

interface ILineProps {
  readonly kind: string;
  readonly name: string;
  readonly comment?: string;
  /** At the line's end. */
  readonly more?: string;
}

function Line({ kind, name, comment, more }: ILineProps): ReactNode {
  return (
    <span className="lb-Name-line">
      <span className="lb-Catalog-kind" data-kind={kind} aria-hidden="true" />
      <span className="lb-Name-name">{name}</span>
      <span className="lb-Catalog-comment">{comment}</span>
      <span className="lb-Name-size">{more}</span>
    </span>
  );
}
