import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import type { NotebookPanel } from '@jupyterlab/notebook';
import { INotebookTracker } from '@jupyterlab/notebook';
import { IRenderMimeRegistry } from '@jupyterlab/rendermime';

import { TableConnection } from './connection';
import { rendererFactory } from './renderer';

const tables: JupyterFrontEndPlugin<void> = {
  id: '@lakebook/labextension:tables',
  description: 'Shows tables that can be sorted, filtered and drawn, and asks their kernel for what is not shown.',
  autoStart: true,
  requires: [IRenderMimeRegistry],
  optional: [INotebookTracker],
  activate: (app: JupyterFrontEnd, registry: IRenderMimeRegistry, tracker: INotebookTracker | null) => {
    const connections = new WeakMap<NotebookPanel, TableConnection>();
    const connection = (node: HTMLElement) => {
      const panel = tracker?.find(({ node: around }) => around.contains(node));
      if (!panel) {
        return null;
      }
      let found = connections.get(panel);
      if (!found) {
        found = new TableConnection(panel.sessionContext);
        connections.set(panel, found);
        panel.disposed.connect(() => connections.get(panel)?.dispose());
      }
      return found;
    };
    registry.addFactory(rendererFactory({ settings: app.serviceManager.serverSettings, connection }));
  }
};

export default [tables];
