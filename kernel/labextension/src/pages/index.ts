import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette, IFrame, MainAreaWidget, WidgetTracker } from '@jupyterlab/apputils';
import { PageConfig, URLExt } from '@jupyterlab/coreutils';

/** Pages of the same server that open beside the notebooks. */
const PAGES = [
  { command: 'lakebook:open-jobs', id: 'lakebook-jobs', label: 'Jobs', path: 'lakebook' },
  { command: 'lakebook:open-mlflow', id: 'lakebook-mlflow', label: 'MLflow: Runs and Models', path: 'mlflow/' }
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
  optional: [ICommandPalette],
  activate: (app: JupyterFrontEnd, palette: ICommandPalette | null) => {
    const tracker = new WidgetTracker<MainAreaWidget<IFrame>>({ namespace: 'lakebook-pages' });
    for (const { command, id, label, path } of PAGES) {
      app.commands.addCommand(command, {
        label,
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
