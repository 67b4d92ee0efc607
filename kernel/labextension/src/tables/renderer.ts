import type { ServerConnection } from '@jupyterlab/services';
import type { IRenderMime } from '@jupyterlab/rendermime-interfaces';
import type { Message } from '@lumino/messaging';
import { Widget } from '@lumino/widgets';

import type { TableConnection } from './connection';
import { TABLE_TYPE, readTable } from './types';
import { TableView } from './view';

/** What tables need of the application. */
export interface ITableHost {
  readonly settings: ServerConnection.ISettings;
  /** The kernel of the notebook that an element is in. */
  connection(node: HTMLElement): TableConnection | null;
}

/** An output that is a table. It is made of text alone, so nobody need trust it. */
class RenderedTable extends Widget implements IRenderMime.IRenderer {
  constructor(private readonly _host: ITableHost) {
    super();
    this.addClass('lb-RenderedTable');
  }

  async renderModel(model: IRenderMime.IMimeModel): Promise<void> {
    try {
      const table = readTable(model.data[TABLE_TYPE]);
      if (this._view) {
        this._view.update(table);
      } else {
        this._view = new TableView(table, this._host.settings);
        this.node.replaceChildren(this._view.node);
      }
      this._connect();
    } catch (problem) {
      this._view?.dispose();
      this._view = null;
      const said = document.createElement('div');
      said.className = 'lb-Table-error';
      said.textContent = (problem as Error).message;
      const plain = document.createElement('pre');
      plain.textContent = String(model.data['text/plain'] ?? '');
      this.node.replaceChildren(said, plain);
    }
  }

  dispose(): void {
    this._view?.dispose();
    this._view = null;
    super.dispose();
  }

  protected onAfterAttach(_: Message): void {
    this._connect();
  }

  private _connect(): void {
    if (this.isAttached) {
      this._view?.connect(this._host.connection(this.node));
    }
  }

  private _view: TableView | null = null;
}

/** Renders tables, in preference to their HTML. */
export function rendererFactory(host: ITableHost): IRenderMime.IRendererFactory {
  return {
    safe: true,
    mimeTypes: [TABLE_TYPE],
    defaultRank: 40,
    createRenderer: () => new RenderedTable(host)
  };
}
