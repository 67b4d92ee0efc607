import { Notification } from '@jupyterlab/apputils';
import { NotebookActions, type INotebookTracker, type NotebookPanel } from '@jupyterlab/notebook';

import { KERNELS, PYTHON, read, type ILanguage } from '../languages/cell.js';
import { writtenIn, type Written } from './spelling';

/** Writes into the notebook in front. */
export class Insertion {
  constructor(private readonly _tracker: INotebookTracker) {}

  /**
   * Write something where the cursor is, in the language of that cell, and put the cursor behind it.
   *
   * @param spell how it is written in a language; undefined where it cannot be
   * @param what how it is called when it cannot
   */
  insert(spell: (language: Written) => string | undefined, what: string): void {
    const panel = this._panel();
    const cell = panel?.content.activeCell;
    if (!panel || !cell) {
      return;
    }
    const isCode = cell.model.type === 'code';
    const source = cell.model.sharedModel.getSource();
    const language = isCode ? writtenIn(read(source, this._default(panel)).language) : 'other';
    const text = spell(language);
    if (text === undefined) {
      Notification.warning(`${what} cannot be written in a cell of this language.`, { autoClose: 4000 });
      return;
    }
    if (cell.model.type === 'markdown') {
      (cell as typeof cell & { rendered: boolean }).rendered = false;
    }
    panel.content.mode = 'edit';
    cell.editor?.replaceSelection?.(text);
    cell.editor?.focus();
  }

  /** Run a SQL query in a new cell below. */
  async query(sql: string): Promise<void> {
    const panel = this._panel();
    if (!panel) {
      return;
    }
    NotebookActions.insertBelow(panel.content);
    const magic = this._default(panel).name === 'sql' ? '' : '%sql\n';
    panel.content.activeCell?.model.sharedModel.setSource(magic + sql);
    await NotebookActions.run(panel.content, panel.sessionContext);
  }

  private _panel(): NotebookPanel | undefined {
    const panel = this._tracker.currentWidget;
    if (!panel) {
      Notification.warning('No notebook is open to write into.', { autoClose: 4000 });
    } else if (panel.content.model?.readOnly) {
      Notification.warning('This notebook can only be read.', { autoClose: 4000 });
    } else {
      return panel;
    }
    return undefined;
  }

  private _default(panel: NotebookPanel): ILanguage {
    const spec = panel.content.model?.getMetadata('kernelspec') as { name?: string } | undefined;
    return KERNELS.get(panel.sessionContext.session?.kernel?.name ?? spec?.name ?? '') ?? PYTHON;
  }
}
