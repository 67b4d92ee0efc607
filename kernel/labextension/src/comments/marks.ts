import type { Cell } from '@jupyterlab/cells';
import type { NotebookPanel } from '@jupyterlab/notebook';
import type { TranslationBundle } from '@jupyterlab/translation';

import { Highlights, type IHighlight } from './highlight';
import { commentIcon } from './icon';
import { isResolved, type IThread } from './records';
import type { NotebookComments } from './session';

const MARK = 'lakebook-comments-mark';

/** Shows at the cells of a notebook which of them have open threads, and in their text what these are about. */
export class Marks {
  constructor(
    private readonly _panel: NotebookPanel,
    private readonly _session: NotebookComments,
    private readonly _trans: TranslationBundle
  ) {
    this._highlights = new Highlights(thread => _session.show(thread));
    const { content } = _panel;
    _session.changed.connect(this._update, this);
    content.cellInViewportChanged.connect(this._onCell, this);
    _panel.disposed.connect(() => _session.changed.disconnect(this._update, this));
    this._update();
  }

  private _update(): void {
    const open = this._openThreads();
    if (open.size || this._isMarked) {
      this._panel.content.widgets.forEach(cell => this._show(cell, open.get(cell.model.id) ?? []));
    }
    this._isMarked = open.size > 0;
  }

  private _onCell(_: unknown, cell: Cell): void {
    void cell.ready.then(() => cell.isDisposed || this._show(cell, this._openThreads().get(cell.model.id) ?? []));
  }

  private _openThreads(): Map<string, IThread[]> {
    const found = new Map<string, IThread[]>();
    for (const thread of this._session.threads) {
      const cell = this._session.place(thread)?.cell;
      if (cell !== undefined && !isResolved(thread)) {
        found.set(cell, [...(found.get(cell) ?? []), thread]);
      }
    }
    return found;
  }

  private _show(cell: Cell, threads: IThread[]): void {
    this._mark(cell, threads);
    const ranges = threads.flatMap(thread => {
      const range = this._session.place(thread)?.range;
      return range ? [{ ...range, thread: thread.id } satisfies IHighlight] : [];
    });
    this._highlights.show(cell, ranges);
  }

  private _mark(cell: Cell, threads: IThread[]): void {
    let mark = cell.node.querySelector<HTMLButtonElement>(`:scope > .${MARK}`);
    if (!threads.length) {
      mark?.remove();
      return;
    }
    if (!mark) {
      mark = document.createElement('button');
      mark.className = MARK;
      commentIcon.element({ container: mark.appendChild(document.createElement('span')), tag: 'span' });
      mark.appendChild(document.createElement('span')).className = `${MARK}-count`;
      cell.node.appendChild(mark);
    }
    const [first] = threads;
    const label = this._trans._n('%1 comment thread, show it', '%1 comment threads, show them', threads.length);
    mark.onclick = () => this._session.show(first.id);
    if (mark.title !== label) {
      mark.title = label;
      mark.setAttribute('aria-label', label);
      mark.lastElementChild!.textContent = String(threads.length);
    }
  }

  private readonly _highlights: Highlights;
  private _isMarked = false;
}
