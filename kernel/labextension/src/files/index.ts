import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';

import { SourceNotebooks, openAsNotebooks, stayClean } from './sourceNotebooks';
import { explainUnreadable } from './unreadable';

const sourceNotebooks: JupyterFrontEndPlugin<void> = {
  id: '@lakebook/labextension:source-notebooks',
  description: 'Opens Databricks source files, which the server serves as notebooks, as notebooks.',
  autoStart: true,
  activate: (app: JupyterFrontEnd) => {
    if (app.name === 'Jupyter Notebook') {
      return; // its page chooses a viewer before it asks the server anything about the file
    }
    const notebooks = new SourceNotebooks(app.serviceManager.contents);
    openAsNotebooks(notebooks, app.docRegistry);
    stayClean(notebooks, app.docRegistry);
  }
};

const unreadable: JupyterFrontEndPlugin<void> = {
  id: '@lakebook/labextension:unreadable-notebooks',
  description: 'Says why a notebook could not be opened.',
  autoStart: true,
  activate: (app: JupyterFrontEnd) => explainUnreadable(app.docRegistry, app.serviceManager.serverSettings)
};

export default [sourceNotebooks, unreadable];
