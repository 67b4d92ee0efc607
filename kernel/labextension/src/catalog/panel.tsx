import { refreshIcon, ReactWidget, UseSignal } from '@jupyterlab/ui-components';
import { useState } from 'react';

import type { Insertion } from '../insertion/notebook';
import { Search } from '../tree/search';
import { Tree } from '../tree/tree';
import type { Catalog } from './model';
import { Nodes } from './nodes';

/** How often it is looked whether the list was written anew, while somebody sees it; milliseconds. */
const EVERY = 10_000;

/** Catalogs, schemas, tables, columns and versions. */
export class CatalogPanel extends ReactWidget {
  constructor(
    private readonly _catalog: Catalog,
    private readonly _insertion: Insertion
  ) {
    super();
    this.id = 'lakebook-catalog';
    this.addClass('lb-Panel');
    this.title.caption = 'Catalog: schemas, tables, columns and versions';
  }

  /** Look whether something has changed, if somebody sees it. */
  look(): void {
    if (this.isVisible && document.visibilityState === 'visible') {
      void this._catalog.look();
    }
  }

  protected onAfterShow(): void {
    this.look();
    this._timer = window.setInterval(() => this.look(), EVERY);
  }

  protected onAfterHide(): void {
    window.clearInterval(this._timer);
  }

  protected render(): JSX.Element {
    return (
      <UseSignal signal={this._catalog.changed}>
        {() => (this.isVisible ? <CatalogTree catalog={this._catalog} to={this._insertion} /> : null)}
      </UseSignal>
    );
  }

  private _timer = 0;
}

function CatalogTree({ catalog, to }: { catalog: Catalog; to: Insertion }): JSX.Element {
  const [words, setWords] = useState('');
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const show = (...ids: string[]): void => setOpen(before => new Set([...before, ...ids]));
  const toggle = (id: string): void => {
    const next = new Set(open);
    if (!next.delete(id)) {
      next.add(id);
    }
    setOpen(next);
  };
  const nodes = new Nodes(catalog, open, to, show);
  const shown = words.trim() ? nodes.found(words.trim()) : nodes.all();

  return (
    <>
      <h2 className="lb-Panel-title">Catalog</h2>
      <Search label="Search the catalog" words={words} search={setWords}>
        <button
          className="jp-Button jp-mod-minimal lb-Search-button"
          title="Read the catalog again"
          aria-label="Read the catalog again"
          onClick={() => catalog.refresh()}
        >
          <refreshIcon.react tag="span" />
        </button>
      </Search>
      {catalog.stamp === '' && (
        <p className="lb-Panel-saying" role="status">
          No Spark driver has run in this workspace yet: tables are listed once a cell has used Spark.
        </p>
      )}
      <Tree label="Catalog" nodes={shown} open={open} toggle={toggle} />
    </>
  );
}
