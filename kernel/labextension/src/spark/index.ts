import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { INotebookTracker } from '@jupyterlab/notebook';
import { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import { IStatusBar } from '@jupyterlab/statusbar';

import { ask } from '../server/answers';
import { folderOf } from '../server/folders';
import { Driver } from './driver';
import { MIME, ProgressRenderer, type Cancel } from './progress';
import { DriverStatus } from './status';

const progress: JupyterFrontEndPlugin<void> = {
  id: '@lakebook/labextension:spark-progress',
  description: 'Shows the progress of a cell’s Spark jobs, with their stages and a button that cancels them.',
  autoStart: true,
  requires: [IRenderMimeRegistry],
  activate: (app: JupyterFrontEnd, rendermime: IRenderMimeRegistry) => {
    const { contents, serverSettings } = app.serviceManager;
    const cancel: Cancel = async ({ notebook, id }, path) => {
      const folder = folderOf(path, contents);
      const answer = await ask<{ cancelled: boolean }>(serverSettings, 'driver/cancel', { folder }, { notebook, id });
      return answer.cancelled;
    };
    rendermime.addFactory(
      {
        safe: true,
        mimeTypes: [MIME],
        createRenderer: ({ resolver }) => new ProgressRenderer(cancel, (resolver as { path?: string } | null)?.path)
      },
      0
    );
  }
};

const status: JupyterFrontEndPlugin<void> = {
  id: '@lakebook/labextension:spark-status',
  description: 'Shows in the status bar how the workspace’s Spark driver is.',
  autoStart: true,
  requires: [IStatusBar, INotebookTracker],
  activate: (app: JupyterFrontEnd, statusBar: IStatusBar, tracker: INotebookTracker) => {
    const { contents, serverSettings } = app.serviceManager;
    const driver = new Driver(
      serverSettings,
      () => folderOf(tracker.currentWidget?.context.path, contents),
      () => tracker.currentWidget?.sessionContext.session?.kernel?.status === 'busy'
    );
    const look = (): void => driver.look();
    tracker.currentChanged.connect(look);
    tracker.widgetAdded.connect((_, panel) => panel.sessionContext.statusChanged.connect(look));
    statusBar.registerStatusItem('lakebook-driver', { item: new DriverStatus(driver), align: 'left', rank: 4 });
  }
};

export default [progress, status];
