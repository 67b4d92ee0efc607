import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette, IFrame, MainAreaWidget, WidgetTracker } from '@jupyterlab/apputils';
import { PageConfig, URLExt } from '@jupyterlab/coreutils';
import { ILauncher } from '@jupyterlab/launcher';

import { jobsIcon, runsIcon } from './icons';

/** Pages of the same server that open beside the notebooks. */
const PAGES = [
  {
    command: 'lakebook:open-jobs',
    id: 'lakebook-jobs',
    label: 'Jobs',
    caption: 'Jobs, their runs and tasks',
    path: 'lakebook',
    icon: jobsIcon
  },
  {
    command: 'lakebook:open-mlflow',
    id: 'lakebook-mlflow',
    label: 'MLflow: Runs and Models',
    caption: 'Runs with their metrics, and registered models',
    path: 'mlflow/',
    icon: runsIcon
  }
];

/** What such a page may do in its frame: all that it does in a tab of the browser, but not leave the frame. */
const SANDBOX: IFrame.SandboxExceptions[] = [
  'allow-downloads',
  'allow-forms',
  'allow-modals',
  'allow-popups',
  'allow-same-origin',
  'allow-scripts'
];

const pages: JupyterFrontEndPlugin<void> = {
  id: '@lakebook/labextension:pages',
  description: 'Opens the pages of jobs and MLflow’s UI in the lab.',
  autoStart: true,
  optional: [ICommandPalette, ILauncher],
  activate: (app: JupyterFrontEnd, palette: ICommandPalette | null, launcher: ILauncher | null) => {
    const tracker = new WidgetTracker<MainAreaWidget<IFrame>>({ namespace: 'lakebook-pages' });
    for (const { command, id, label, caption, path, icon } of PAGES) {
      app.commands.addCommand(command, {
        label,
        caption,
        icon: args => (args.isLauncher ? icon : undefined),
        execute: () => {
          const open = tracker.find(widget => widget.id === id) ?? frame(id, label, path);
          if (!open.isAttached) {
            void tracker.add(open);
            app.shell.add(open, 'main');
          }
          app.shell.activateById(id);
        }
      });
      palette?.addItem({ command, category: 'Lakebook' });
      launcher?.add({ command, category: 'Lakebook', args: { isLauncher: true } });
    }
  }
};

function frame(id: string, label: string, path: string): MainAreaWidget<IFrame> {
  const content = new IFrame({ sandbox: SANDBOX });
  content.url = URLExt.join(PageConfig.getBaseUrl(), path);
  content.node.querySelector('iframe')!.title = label;
  const widget = new MainAreaWidget({ content });
  widget.id = id;
  widget.title.label = label;
  widget.title.closable = true;
  return widget;
}

export default [pages];
