import { ILayoutRestorer, type JupyterFrontEnd, type JupyterFrontEndPlugin } from '@jupyterlab/application';
import { INotebookTracker, NotebookActions } from '@jupyterlab/notebook';
import { LabIcon } from '@jupyterlab/ui-components';

import { Insertion } from '../insertion/notebook';
import { folderOf } from '../server/folders';
import { Catalog } from './model';
import { CatalogPanel } from './panel';

const icon = new LabIcon({
  name: 'lakebook:catalog',
  svgstr:
    '<svg xmlns="http://www.w3.org/2000/svg" width="16" viewBox="0 0 24 24"><g class="jp-icon3 jp-icon-selectable" ' +
    'fill="#616161"><path d="M12 2C7 2 3 3.6 3 5.5S7 9 12 9s9-1.6 9-3.5S17 2 12 2z"/>' +
    '<path d="M3 8v4.5C3 14.4 7 16 12 16s9-1.6 9-3.5V8c-1.8 1.7-5.3 2.5-9 2.5S4.8 9.7 3 8z"/>' +
    '<path d="M3 15v3.5C3 20.4 7 22 12 22s9-1.6 9-3.5V15c-1.8 1.7-5.3 2.5-9 2.5S4.8 16.7 3 15z"/></g></svg>'
});

const catalog: JupyterFrontEndPlugin<void> = {
  id: '@lakebook/labextension:catalog',
  description: 'A panel of the workspace’s catalog: schemas, tables, columns and versions.',
  autoStart: true,
  requires: [INotebookTracker],
  optional: [ILayoutRestorer],
  activate: (app: JupyterFrontEnd, tracker: INotebookTracker, restorer: ILayoutRestorer | null) => {
    const { contents, serverSettings } = app.serviceManager;
    const folder = (): string => folderOf(tracker.currentWidget?.context.path, contents);
    const panel = new CatalogPanel(new Catalog(serverSettings, folder), new Insertion(tracker));
    panel.title.icon = icon;
    app.shell.add(panel, 'left', { rank: 520, type: 'Catalog' });
    restorer?.add(panel, panel.id);
    tracker.currentChanged.connect(() => panel.look());
    NotebookActions.executed.connect(() => panel.look());
    app.commands.addCommand('lakebook:show-catalog', {
      label: 'Show Catalog',
      caption: 'Show schemas, tables, columns and versions',
      describedBy: { args: { type: 'object', properties: {} } },
      execute: () => app.shell.activateById(panel.id)
    });
  }
};

export default [catalog];
