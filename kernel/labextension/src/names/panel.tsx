import { addIcon, listIcon, ReactWidget, UseSignal } from '@jupyterlab/ui-components';
import { useState } from 'react';

import { name as spellName, variable } from '../insertion/spelling';
import type { Insertion } from '../insertion/notebook';
import { fits, Search } from '../tree/search';
import { Tree, type IAction, type INode } from '../tree/tree';
import type { IName } from './comm';
import type { Names, State } from './model';

const SAYINGS: Record<State, string> = {
  nothing: 'Open a notebook to see its names.',
  foreign: 'The kernel of this notebook is not one of Lakebook’s.',
  waiting: 'Waiting for the kernel …',
  partly: 'A cell is running: here are Python’s names, the others follow when it has ended.',
  whole: ''
};

/** All variables of the notebook in front, in all its languages. */
export class NamesPanel extends ReactWidget {
  constructor(
    private readonly _names: Names,
    private readonly _insertion: Insertion
  ) {
    super();
    this.id = 'lakebook-names';
    this.addClass('lb-Panel');
    this.title.caption = 'Names: the variables of all languages';
  }

  protected onAfterShow(): void {
    this._names.isWatched = true;
  }

  protected onAfterHide(): void {
    this._names.isWatched = false;
  }

  protected render(): JSX.Element {
    return (
      <UseSignal signal={this._names.changed}>{() => <NameTree names={this._names} to={this._insertion} />}</UseSignal>
    );
  }
}

function NameTree({ names, to }: { names: Names; to: Insertion }): JSX.Element {
  const [words, setWords] = useState('');
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const [withCode, setWithCode] = useState(false);
  const shown = names.names.filter(
    entry => (withCode || !entry.is_aside) && fits(words, entry.name, entry.type, entry.owner, entry.glance)
  );
  const saying = SAYINGS[names.state] || (names.names.length && !shown.length ? 'No name is like that.' : '');
  const toggle = (id: string): void => {
    const next = new Set(open);
    if (!next.delete(id)) {
      next.add(id);
    }
    setOpen(next);
  };

  return (
    <>
      <h2 className="lb-Panel-title">Names</h2>
      <Search label="Search names" words={words} search={setWords}>
        <button
          className="jp-Button jp-mod-minimal lb-Search-button"
          aria-pressed={withCode}
          title="Show functions, classes and modules, too"
          aria-label="Show functions, classes and modules, too"
          onClick={() => setWithCode(!withCode)}
        >
          <listIcon.react tag="span" />
        </button>
      </Search>
      {saying && (
        <p className="lb-Panel-saying" role="status">
          {saying}
        </p>
      )}
      {!saying && !shown.length && <p className="lb-Panel-saying">No variables yet: run a cell that binds some.</p>}
      <Tree label="Names" nodes={shown.map(entry => nodeOf(entry, names, open, to))} open={open} toggle={toggle} />
    </>
  );
}

function nodeOf(entry: IName, names: Names, open: ReadonlySet<string>, to: Insertion): INode {
  const about = [entry.type, entry.size, entry.owner].filter(Boolean).join(', ');
  const also = entry.copies.length ? `\nAlso in ${entry.copies.join(', ')}` : '';
  return {
    id: entry.name,
    name: `${entry.name}, ${about}`,
    title: `${entry.name}: ${about}${also}${entry.glance ? `\n${entry.glance}` : ''}`,
    content: (
      <>
        <span className="lb-Name-line">
          <span className="lb-Name-owner" data-lakebook-language={entry.owner.toLowerCase()}>
            {entry.owner}
          </span>
          <span className="lb-Name-name">{entry.name}</span>
          <span className="lb-Name-size">{entry.size}</span>
        </span>
        <span className="lb-Name-line lb-Name-more">
          <span className="lb-Name-type">{entry.type}</span>
          <span className="lb-Name-glance">{entry.glance}</span>
        </span>
      </>
    ),
    act: insertion(`Insert into the cell`, () =>
      to.insert(
        language => variable({ name: entry.name, isFrame: entry.is_frame }, language),
        `${entry.owner}’s ${entry.name}`
      )
    ),
    children: entry.is_frame ? columnsOf(entry, names, open, to) : undefined
  };
}

function columnsOf(entry: IName, names: Names, open: ReadonlySet<string>, to: Insertion): readonly INode[] {
  if (entry.owner !== 'Python') {
    const columns = entry.glance ? entry.glance.split(', ') : [];
    return columns.length
      ? columns.map(column => columnNode(entry.name, column, '', to))
      : [note(entry.name, 'Its columns are not known here.')];
  }
  const columns = names.columns(entry.name);
  if (columns === undefined) {
    if (open.has(entry.name)) {
      names.askColumns(entry.name);
    }
    return [note(entry.name, 'Asking for the columns …')];
  }
  return typeof columns === 'string'
    ? [note(entry.name, columns)]
    : columns.map(([column, type]) => columnNode(entry.name, column, type, to));
}

function columnNode(frame: string, column: string, type: string, to: Insertion): INode {
  return {
    id: `${frame}\n${column}`,
    name: column,
    title: type ? `${column}: ${type}` : column,
    content: (
      <span className="lb-Name-line">
        <span className="lb-Name-name lb-mod-column">{column}</span>
        <span className="lb-Name-size">{type}</span>
      </span>
    ),
    act: insertion('Insert into the cell', () =>
      to.insert(language => spellName(column, language, true), `The column ${column}`)
    )
  };
}

function note(frame: string, text: string): INode {
  return { id: `${frame}\n`, name: text, content: <span className="lb-Tree-note">{text}</span>, isNote: true };
}

function insertion(label: string, run: () => void): IAction {
  return { label, icon: <addIcon.react tag="span" />, run };
}
