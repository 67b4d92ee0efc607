import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { Dialog } from '@jupyterlab/apputils';
import { ITranslator } from '@jupyterlab/translation';

/** As jupyter-collaboration words it, in its domain of translations. */
const DOMAIN = 'jupyter_collaboration';
const QUESTION = 'The document is taking some time to load. What would you like to do?';
const CONTINUE = 'Continue waiting';

/** So often in a row is the answer given; it is asked for every five seconds. */
const TIMES = 12;
/** Milliseconds after which the next question is of another document. */
const APART = 15_000;

const waiting: JupyterFrontEndPlugin<void> = {
  id: '@lakebook/labextension:waiting',
  description: 'Waits for a document for a minute before anybody is asked whether to wait.',
  autoStart: true,
  requires: [ITranslator],
  activate: (_: JupyterFrontEnd, translator: ITranslator) => {
    const trans = translator.load(DOMAIN);
    let [times, last] = [0, 0];
    const answer = (dialog: Dialog<unknown>): void => {
      if (!dialog.node.textContent?.includes(trans.__(QUESTION))) {
        return;
      }
      const now = performance.now();
      times = now - last > APART ? 1 : times + 1;
      last = now;
      if (times <= TIMES) {
        const labels = Array.from(dialog.node.querySelectorAll('.jp-Dialog-buttonLabel'), each => each.textContent);
        dialog.resolve(labels.indexOf(trans.__(CONTINUE)));
      }
    };
    // it is being made still, and takes no answer yet
    Dialog.tracker.widgetAdded.connect((_, dialog) => void setTimeout(() => answer(dialog)));
  }
};

export default [waiting];
