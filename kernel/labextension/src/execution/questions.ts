import { showErrorMessage } from '@jupyterlab/apputils';
import type { CodeCell } from '@jupyterlab/cells';
import type { INotebookTracker, NotebookPanel } from '@jupyterlab/notebook';
import type { IStdin } from '@jupyterlab/outputarea';
import type { Kernel, KernelMessage } from '@jupyterlab/services';
import type { ITranslator } from '@jupyterlab/translation';
import { Panel } from '@lumino/widgets';
import type { Widget } from '@lumino/widgets';

import { documentName } from './executor';
import type { ExecutionServer, IQuestion } from './server';

/** Asks what running cells ask for, under these cells. */
export class Questions {
  constructor(
    private readonly _server: ExecutionServer,
    private readonly _notebooks: INotebookTracker,
    private readonly _translator: ITranslator
  ) {
    _server.asked.connect(() => this._showAll());
    _server.answered.connect((_, run) => {
      this._shown.get(run)?.dispose();
      this._shown.delete(run);
    });
    _notebooks.forEach(panel => this._watch(panel));
    _notebooks.widgetAdded.connect((_, panel) => this._watch(panel));
  }

  /** Show questions that came before the notebook, and again under cells that were moved. */
  private _watch(panel: NotebookPanel): void {
    void panel.revealed.then(() => {
      this._showAll();
      panel.content.modelContentChanged.connect(() => this._server.questions.size && this._showAll());
    });
  }

  private _showAll(): void {
    for (const question of this._server.questions.values()) {
      const shown = this._shown.get(question.run);
      const cell = shown && !shown.isDisposed ? null : this._cell(question);
      if (cell) {
        this._shown.set(question.run, this._show(cell, question));
      }
    }
  }

  private _cell({ document, cell }: IQuestion): CodeCell | null {
    const panel = this._notebooks.find(({ model }) => model !== null && documentName(model) === document);
    const found = panel?.content.widgets.find(({ model }) => model.sharedModel.getId() === cell);
    return found?.model.type === 'code' ? (found as CodeCell) : null;
  }

  /** As JupyterLab does, but what is answered is written into the document by the server. */
  private _show({ outputArea }: CodeCell, { run, prompt, secret }: IQuestion): Panel {
    const panel = new Panel();
    panel.addClass('jp-OutputArea-child');
    panel.addClass('jp-OutputArea-stdin-item');
    const before = outputArea.contentFactory.createOutputPrompt();
    before.addClass('jp-OutputArea-prompt');
    panel.addWidget(before);
    const input = outputArea.contentFactory.createStdin({
      parent_header: { session: '' } as KernelMessage.IInputRequestMsg['header'],
      prompt,
      password: secret,
      future: {
        sendInputReply: ({ value }: { value: string }) => void this._answer(run, value)
      } as unknown as Kernel.IShellFuture,
      translator: this._translator
    }) as IStdin & Widget;
    input.addClass('jp-OutputArea-output');
    input.node.querySelector('input')?.setAttribute('aria-label', prompt);
    panel.addWidget(input);
    outputArea.layout.addWidget(panel);
    return panel;
  }

  private async _answer(run: string, value: string): Promise<void> {
    try {
      await this._server.answer(run, value);
    } catch (problem) {
      if (this._server.questions.has(run)) {
        this._shown.get(run)?.dispose();
        this._showAll();
      }
      await showErrorMessage(this._translator.load('jupyterlab').__('The answer was not taken'), problem as Error);
    }
  }

  /** What asks them, by runs. */
  private readonly _shown = new Map<string, Panel>();
}
