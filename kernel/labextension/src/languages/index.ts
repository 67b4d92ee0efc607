import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette, IToolbarWidgetRegistry } from '@jupyterlab/apputils';
import type { Cell } from '@jupyterlab/cells';
import { IEditorLanguageRegistry } from '@jupyterlab/codemirror';
import { INotebookTracker, type NotebookPanel } from '@jupyterlab/notebook';

import { KERNELS, LANGUAGES } from './cell.js';
import { CommandIDs as Defaults, DefaultLanguage, addDefaultCommands, keepMeaning } from './defaultLanguage';
import { addLanguages } from './editing';
import { NotebookLanguages } from './notebook';
import { CommandIDs, LanguagePicker, addCommands } from './picker';
import { answerWhileBusy, leaveStatusAlone } from './questions';

const cells: JupyterFrontEndPlugin<void> = {
  id: '@lakebook/labextension:languages',
  description:
    'Shows the language of each cell, edits the cell as one of that language, and lets another one be chosen.',
  autoStart: true,
  requires: [INotebookTracker, IEditorLanguageRegistry],
  optional: [IToolbarWidgetRegistry, ICommandPalette],
  activate: (
    app: JupyterFrontEnd,
    tracker: INotebookTracker,
    languages: IEditorLanguageRegistry,
    toolbars: IToolbarWidgetRegistry | null,
    palette: ICommandPalette | null
  ) => {
    addLanguages(languages);
    leaveStatusAlone();
    app.docRegistry.addWidgetExtension('Notebook', {
      createNew: panel => {
        NotebookLanguages.of((panel as NotebookPanel).content);
        keepMeaning(panel as NotebookPanel);
        answerWhileBusy(panel as NotebookPanel);
      }
    });
    addCommands(app.commands, tracker);
    addDefaultCommands(app.commands, tracker);
    toolbars?.addFactory<Cell>('Cell', 'language', cell => new LanguagePicker(cell, app.commands));
    toolbars?.addFactory<NotebookPanel>(
      'Notebook',
      'defaultLanguage',
      panel => new DefaultLanguage(panel, app.commands)
    );
    const category = 'Notebook Cell Operations';
    palette?.addItem({ command: CommandIDs.choose, category });
    LANGUAGES.forEach(({ name }) => palette?.addItem({ command: CommandIDs.set, category, args: { language: name } }));
    KERNELS.forEach((_, kernel) =>
      palette?.addItem({ command: Defaults.setDefault, category: 'Notebook Operations', args: { kernel } })
    );
  }
};

export default [cells];
