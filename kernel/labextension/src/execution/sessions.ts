import { Notification } from '@jupyterlab/apputils';
import type { INotebookTracker, NotebookPanel } from '@jupyterlab/notebook';
import type { ServiceManager, Session } from '@jupyterlab/services';
import type { TranslationBundle } from '@jupyterlab/translation';

import type { ExecutionServer } from './server';

/** The part of a notebook's session context that JupyterLab has, but does not show. */
interface IContext {
  _handleNewSession(session: Session.ISessionConnection): void;
}

/** Gives notebooks their kernels again when the server was started anew. */
export class Sessions {
  constructor(
    private readonly _server: ExecutionServer,
    private readonly _notebooks: INotebookTracker,
    private readonly _services: ServiceManager.IManager,
    private readonly _trans: TranslationBundle
  ) {
    _notebooks.forEach(panel => this._watch(panel));
    _notebooks.widgetAdded.connect((_, panel) => this._watch(panel));
    _server.restarted.connect(() => void this._renewAll());
  }

  /** Remember which notebooks had a kernel, and which. */
  private _watch(panel: NotebookPanel): void {
    const { sessionContext } = panel;
    const note = () => {
      const name = sessionContext.session?.kernel?.name;
      if (name) {
        this._kernels.set(panel, name);
      } else if (sessionContext.isTerminating) {
        this._kernels.delete(panel);
      }
    };
    note();
    sessionContext.kernelChanged.connect(note);
  }

  private async _renewAll(): Promise<void> {
    await this._services.sessions.refreshRunning();
    const lost: NotebookPanel[] = [];
    this._notebooks.forEach(panel => {
      if (this._kernels.has(panel) && panel.sessionContext.hasNoKernel) {
        lost.push(panel);
      }
    });
    await Promise.all(lost.map(panel => this._renew(panel)));
  }

  private async _renew(panel: NotebookPanel): Promise<void> {
    const { sessionContext } = panel;
    try {
      const model = await this._server.session(sessionContext.path, this._kernels.get(panel)!);
      await this._services.sessions.refreshRunning();
      if (!panel.isDisposed && sessionContext.hasNoKernel) {
        const session = this._services.sessions.connectTo({ model });
        (sessionContext as unknown as IContext)._handleNewSession(session);
      }
    } catch (problem) {
      const said = this._trans.__('%1 has no kernel now. %2', sessionContext.path, (problem as Error).message);
      Notification.warning(said, { autoClose: false });
    }
  }

  private readonly _kernels = new WeakMap<NotebookPanel, string>();
}
