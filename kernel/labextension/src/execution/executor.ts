import type { CodeCell } from '@jupyterlab/cells';
import { KernelError, runCell } from '@jupyterlab/notebook';
import type { INotebookCellExecutor, INotebookModel } from '@jupyterlab/notebook';
import type { KernelMessage } from '@jupyterlab/services';
import { PromiseDelegate } from '@lumino/coreutils';

import type { ExecutionServer, IEnd } from './server';

/** The time that the document may take to follow, in milliseconds. */
const PATIENCE = 5000;
const MAY_FAIL = 'raises-exception';

/** By what name the server knows the document of a notebook that is shared. */
export function documentName(notebook: INotebookModel): string | null {
  const name: unknown = notebook.sharedModel.getState('document_id');
  return typeof name === 'string' && name ? name : null;
}

/** Runs cells of shared notebooks in the server, and those of others as JupyterLab does. */
export class CellExecutor implements INotebookCellExecutor {
  constructor(private readonly _server: ExecutionServer) {}

  async runCell(options: INotebookCellExecutor.IRunCellOptions): Promise<boolean> {
    const { cell, notebook, sessionContext } = options;
    const document = documentName(notebook);
    if (cell.model.type !== 'code' || !document || !sessionContext || sessionContext.isTerminating) {
      return runCell(options);
    }
    await sessionContext.ready; // what is run while the kernel starts is not lost
    if (sessionContext.hasNoKernel && (await sessionContext.startKernel())) {
      await options.sessionDialogs?.selectKernel(sessionContext);
    }
    const kernel = sessionContext.session?.kernel?.id;
    if (!kernel || !cell.model.sharedModel.getSource().trim()) {
      cell.model.sharedModel.transact(() => (cell as CodeCell).model.clearExecution(), false);
      return true;
    }
    return this._run(options, document, kernel);
  }

  private async _run(
    options: INotebookCellExecutor.IRunCellOptions,
    document: string,
    kernel: string
  ): Promise<boolean> {
    const { notebook, notebookConfig, onCellExecuted, onCellExecutionScheduled } = options;
    const cell = options.cell as CodeCell;
    cell.outputHidden = false;
    onCellExecutionScheduled({ cell });
    notebook.deletedCells.splice(0);
    const { sharedModel } = cell.model;
    const asked = { cell: sharedModel.getId(), source: sharedModel.getSource(), timed: notebookConfig.recordTiming };
    const running = this._server.run(document, kernel, asked).then(async end => {
      await this._settle(cell);
      return end;
    });
    const others = this._running.get(document) ?? new Set();
    this._running.set(document, others.add(running));
    let end: IEnd;
    try {
      end = await running;
    } catch (problem) {
      onCellExecuted({ cell, success: false });
      throw problem;
    } finally {
      others.delete(running);
    }
    if (end.state === 'error' && !cell.isDisposed) {
      const error = new KernelError(end.reply as KernelMessage.IExecuteReplyMsg['content'] as never);
      onCellExecuted({ cell, success: false, error });
      const tags = cell.model.getMetadata('tags') as string[] | undefined;
      if (tags?.includes(MAY_FAIL)) {
        return false;
      }
      // the notebook then takes all that have no number for cells that do not run; so they should not
      await Promise.allSettled(others);
      throw error;
    }
    onCellExecuted({ cell, success: end.state === 'ok' });
    return end.state === 'ok';
  }

  /** Wait until the shared document says of the cell, too, that it does not run any more. */
  private async _settle(cell: CodeCell): Promise<void> {
    const { model } = cell;
    if (cell.isDisposed || model.executionState !== 'running') {
      return;
    }
    const settled = new PromiseDelegate<void>();
    const check = () => model.executionState !== 'running' && settled.resolve();
    model.stateChanged.connect(check);
    cell.disposed.connect(() => settled.resolve());
    const timer = window.setTimeout(() => settled.resolve(), PATIENCE);
    await settled.promise;
    window.clearTimeout(timer);
    model.stateChanged.disconnect(check);
  }

  /** By document: what this tab has asked for. */
  private readonly _running = new Map<string, Set<Promise<IEnd>>>();
}
