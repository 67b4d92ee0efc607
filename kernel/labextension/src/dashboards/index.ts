import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette, Notification } from '@jupyterlab/apputils';
import { PageConfig, URLExt } from '@jupyterlab/coreutils';
import { INotebookTracker } from '@jupyterlab/notebook';

import { dashboardIcon } from './icon';

const SHOW = 'lakebook:show-as-dashboard';
const SAVED = 'lakebook:show-saved-without-code';
const DOWNLOAD = 'lakebook:download-without-code';

const dashboards: JupyterFrontEndPlugin<void> = {
  id: '@lakebook/labextension:dashboards',
  description: 'Shows notebooks without their code: run anew as dashboards, or as they were saved.',
  autoStart: true,
  requires: [INotebookTracker],
  optional: [ICommandPalette],
  activate: (app: JupyterFrontEnd, tracker: INotebookTracker, palette: ICommandPalette | null) => {
    const { commands } = app;
    const isEnabled = () => tracker.currentWidget !== null;
    // the part of the server that runs them says so
    const hasDashboards = PageConfig.getOption('lakebookDashboards') === 'true';

    /** Open a page of the notebook in sight, whose file has what its editors show. */
    const open = async (page: string, query: Record<string, string>) => {
      const context = tracker.currentWidget?.context;
      if (!context) {
        return;
      }
      try {
        if (context.model.dirty && !context.model.readOnly && !context.model.collaborative) {
          await context.save();
        }
      } catch (problem) {
        Notification.error(`${context.path} was not saved: ${(problem as Error).message}`);
        return;
      }
      const path = URLExt.encodeParts(context.localPath);
      window.open(
        URLExt.join(PageConfig.getBaseUrl(), page, path) + URLExt.objectToQueryString(query),
        '_blank',
        'noopener'
      );
    };

    commands.addCommand(SHOW, {
      label: 'Show as Dashboard',
      caption: 'Run the notebook anew, for you alone, and show it without its code in a tab of the browser',
      icon: args => (args.toolbar ? dashboardIcon : undefined),
      isVisible: () => hasDashboards,
      isEnabled,
      execute: () => open('voila/render', isDark() ? { theme: 'dark' } : {})
    });
    commands.addCommand(SAVED, {
      label: 'Show Without Code, as Saved',
      caption: 'Show the saved outputs without the code in a tab of the browser; nothing runs',
      isEnabled,
      execute: () => open('lakebook/dashboards/saved', {})
    });
    commands.addCommand(DOWNLOAD, {
      label: 'Download HTML Without Code',
      caption: 'The saved outputs without the code, as one file',
      isEnabled,
      execute: () => open('lakebook/dashboards/saved', { download: 'true' })
    });
    for (const command of [SHOW, SAVED, DOWNLOAD]) {
      palette?.addItem({ command, category: 'Lakebook' });
    }
    tracker.currentChanged.connect(() => [SHOW, SAVED, DOWNLOAD].forEach(id => commands.notifyCommandChanged(id)));
  }
};

function isDark(): boolean {
  return document.body.dataset.jpThemeLight === 'false';
}

export default [dashboards];
