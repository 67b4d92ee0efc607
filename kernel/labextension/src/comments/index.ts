import { ICollaborativeContentProvider, IGlobalAwareness } from '@jupyter/collaborative-drive';
import { ILayoutRestorer, type JupyterFrontEnd, type JupyterFrontEndPlugin } from '@jupyterlab/application';
import { INotebookTracker } from '@jupyterlab/notebook';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import type { YNotebook } from '@jupyter/ydoc';

import { addCommands, shortcut } from './commands';
import { Marks } from './marks';
import { announceMentions } from './mentions';
import { CommentsPanel } from './panel';
import { Sessions } from './sessions';

const comments: JupyterFrontEndPlugin<void> = {
  id: '@lakebook/labextension:comments',
  description: 'Threads of comments on cells and on what is selected in them.',
  autoStart: true,
  requires: [ICollaborativeContentProvider, INotebookTracker],
  optional: [IGlobalAwareness, ITranslator, ILayoutRestorer],
  activate: (
    { commands, serviceManager, shell }: JupyterFrontEnd,
    provider: ICollaborativeContentProvider,
    tracker: INotebookTracker,
    everybody: YNotebook['awareness'] | null,
    translator: ITranslator | null,
    restorer: ILayoutRestorer | null
  ) => {
    const trans = (translator ?? nullTranslator).load('lakebook');
    const sessions = new Sessions(provider, serviceManager, tracker);
    const panel = new CommentsPanel(sessions, everybody, trans, () => shortcut(commands));
    const show = () => shell.activateById(panel.id);
    shell.add(panel, 'right', { rank: 600 });
    restorer?.add(panel, panel.id);
    sessions.opened.connect((_, session) => {
      session.sought.connect(show);
      announceMentions(session, trans);
    });
    sessions.shown.connect((_, [notebook, session]) => void new Marks(notebook, session, trans));
    addCommands(commands, sessions, trans, show);
  }
};

export default [comments];
