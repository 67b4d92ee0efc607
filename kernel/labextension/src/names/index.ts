import { ILayoutRestorer, type JupyterFrontEnd, type JupyterFrontEndPlugin } from '@jupyterlab/application';
import { INotebookTracker } from '@jupyterlab/notebook';
import { LabIcon } from '@jupyterlab/ui-components';

import { Insertion } from '../insertion/notebook';
import { Names } from './model';
import { NamesPanel } from './panel';

const icon = new LabIcon({
  name: 'lakebook:names',
  svgstr:
    '<svg xmlns="http://www.w3.org/2000/svg" width="16" viewBox="0 0 24 24"><g class="jp-icon3 jp-icon-selectable" ' +
    'fill="none" stroke="#616161" stroke-width="2" stroke-linecap="round"><path d="M6 4C3 4 5 12 2.5 12 5 12 3 20 6 20"/>' +
    '<path d="M18 4c3 0 1 8 3.5 8-2.5 0-.5 8-3.5 8"/><path d="M9 9l6 6M15 9l-6 6"/></g></svg>'
});

const names: JupyterFrontEndPlugin<void> = {
  id: '@lakebook/labextension:names',
  description: 'A panel of the variables of all languages of the notebook in front.',
  autoStart: true,
  requires: [INotebookTracker],
  optional: [ILayoutRestorer],
  activate: (app: JupyterFrontEnd, tracker: INotebookTracker, restorer: ILayoutRestorer | null) => {
    const panel = new NamesPanel(new Names(tracker), new Insertion(tracker));
    panel.title.icon = icon;
    app.shell.add(panel, 'left', { rank: 510, type: 'Names' });
    restorer?.add(panel, panel.id);
    app.commands.addCommand('lakebook:show-names', {
      label: 'Show Names',
      caption: 'Show the variables of all languages',
      describedBy: { args: { type: 'object', properties: {} } },
      execute: () => app.shell.activateById(panel.id)
    });
  }
};

export default [names];
