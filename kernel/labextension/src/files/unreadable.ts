import { Notification } from '@jupyterlab/apputils';
import { URLExt } from '@jupyterlab/coreutils';
import type { DocumentRegistry } from '@jupyterlab/docregistry';
import type { INotebookModel } from '@jupyterlab/notebook';
import { ServerConnection } from '@jupyterlab/services';

/**
 * Say why a notebook could not be opened.
 *
 * The shared document that could not be loaded is closed with a number; the dialog that follows has no reason.
 */
export function explainUnreadable(registry: DocumentRegistry, settings: ServerConnection.ISettings): void {
  registry.addWidgetExtension('Notebook', {
    createNew: (_, context) => {
      const { sharedModel } = context.model as INotebookModel;
      sharedModel.disposed.connect(() => {
        if (!context.isReady && !context.isDisposed) {
          void reason(context.path, settings).then(text => text && Notification.error(text, { autoClose: false }));
        }
      });
    }
  });
}

/** The server's sentence; nothing if the notebook can be read, or something else is wrong. */
async function reason(path: string, settings: ServerConnection.ISettings): Promise<string> {
  const url = URLExt.join(settings.baseUrl, 'api/contents', URLExt.encodeParts(path));
  const answer = await ServerConnection.makeRequest(`${url}?type=notebook&content=1`, {}, settings);
  const { message } = (answer.status === 400 ? await answer.json() : {}) as { message?: string };
  return message ?? '';
}
