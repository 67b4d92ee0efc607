import type { DocumentRegistry } from '@jupyterlab/docregistry';
import type { INotebookModel } from '@jupyterlab/notebook';
import type { IDisposable } from '@lumino/disposable';
import { Signal, type ISignal } from '@lumino/signaling';
import type { YNotebook } from '@jupyter/ydoc';
import type * as Y from 'yjs';

import { describe, type IRange, type ISpot } from './anchors';
import type { CommentsDocument } from './document';
import { Places } from './places';
import { compare, isResolved, type IComment, type IPerson, type IPlace, type IThread } from './records';

/** Milliseconds within which changes of the notebook are looked at together. */
const TOGETHER = 100;

/** Milliseconds without typing after which anchors are written anew. */
const AFTER_TYPING = 1000;

/** Which threads a person wants to see. */
export type Filter = 'open' | 'resolved' | 'mine' | 'mentions';

export type NotebookContext = DocumentRegistry.IContext<INotebookModel>;

/** The comments of an open notebook, and what a person does with them. */
export class NotebookComments implements IDisposable {
  constructor(
    readonly context: NotebookContext,
    readonly document: CommentsDocument,
    readonly me: IPerson,
    private readonly _mayWrite: boolean
  ) {
    this._notebook = context.model.sharedModel as YNotebook;
    this._places = new Places(this._notebook, context.path.endsWith('.ipynb'));
    document.commentsChanged.connect(this.update, this);
    this._notebook.ydoc.on('afterTransaction', this._onTransaction);
    this.update();
  }

  /** Emitted when threads, or where they are, or what shall be seen of them has changed. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** Emitted when a person wants to see something in the panel. */
  get sought(): ISignal<this, void> {
    return this._sought;
  }

  /** In the order of the notebook's cells; those whose cells are deleted come last. */
  get threads(): readonly IThread[] {
    return this._threads;
  }

  /** What a thread that is being written is about. */
  get draft(): IPlace | null {
    return this._draft;
  }

  /** The thread that was asked for last, and how often any was: it may be the same one again. */
  get soughtThread(): { id: string | null; times: number } {
    return this._soughtThread;
  }

  get filter(): Filter {
    return this._filter;
  }

  set filter(filter: Filter) {
    this._filter = filter;
    this._changed.emit();
  }

  get isReadOnly(): boolean {
    const { contentsModel, model } = this.context;
    return !this._mayWrite || model.readOnly || contentsModel?.writable === false;
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  /** What was typed and not sent, by what it is an answer to. */
  readonly unsent = new Map<string, string>();

  place(thread: IThread): ISpot | undefined {
    return this._places.of(thread.id);
  }

  /** Which cell it is, counted from 0; -1 if there is none. */
  cellIndex(id: string | undefined): number {
    return this._notebook.cells.findIndex(cell => cell.id === id);
  }

  /** Begin to write about a cell, or about a passage in it. */
  compose(index: number, range?: IRange): void {
    const cell = this._notebook.cells[index];
    if (cell) {
      this._draft = describe({ id: cell.id as string, source: cell.source }, range);
      this._seek(null);
    }
  }

  discard(): void {
    this._draft = null;
    this._changed.emit();
  }

  begin(text: string, mentions: IPerson[]): void {
    if (this._draft) {
      const place = this._draft;
      this._draft = null;
      this.show(this.document.begin(place, this.me, text, mentions));
    }
  }

  /** Have a thread shown in the panel. */
  show(id: string): void {
    const thread = this._threads.find(each => each.id === id);
    if (thread) {
      this._filter = isResolved(thread) ? 'resolved' : 'open';
      this._seek(id);
    }
  }

  isMine({ by }: IComment): boolean {
    return by.username === this.me.username;
  }

  isShown(thread: IThread, filter: Filter): boolean {
    const comments = thread.comments.filter(comment => !comment.deleted);
    switch (filter) {
      case 'open':
        return !isResolved(thread);
      case 'resolved':
        return isResolved(thread);
      case 'mine':
        return comments.some(comment => this.isMine(comment));
      case 'mentions':
        return comments.some(comment => this.mentionsMe(comment));
    }
  }

  mentionsMe({ mentions = [] }: IComment): boolean {
    return mentions.some(({ username }) => username === this.me.username);
  }

  /** Take over what anybody has written. */
  update(): void {
    this._arrange();
    this._changed.emit();
  }

  dispose(): void {
    if (this._isDisposed) {
      return;
    }
    this._isDisposed = true;
    window.clearTimeout(this._looking);
    window.clearTimeout(this._writing);
    this.document.commentsChanged.disconnect(this.update, this);
    this._notebook.ydoc.off('afterTransaction', this._onTransaction);
    if (!this.document.isDisposed) {
      this.document.dispose();
    }
    Signal.clearData(this);
  }

  /** Find all threads, and bring them into the order of the notebook. */
  private _arrange(): void {
    window.clearTimeout(this._looking);
    this._looking = 0;
    const { threads } = this.document;
    this._places.update(threads);
    if (threads.length) {
      const ranks = new Map(this._notebook.cells.map((cell, index) => [cell.id as string, index]));
      const rank = (thread: IThread): [number, number] => {
        const spot = this.place(thread);
        return [ranks.get(spot?.cell ?? '') ?? ranks.size, spot?.range?.start ?? -1];
      };
      threads.sort((a, b) => {
        const [[cellA, startA], [cellB, startB]] = [rank(a), rank(b)];
        return cellA - cellB || startA - startB || compare(a.comments[0].at, b.comments[0].at);
      });
    }
    this._threads = threads;
  }

  /** Follow the notebook. Most of what is typed changes nothing that is shown of the comments. */
  private _follow(): void {
    const [cells, spots] = [this._cells, JSON.stringify(this._threads.map(thread => this.place(thread)))];
    this._arrange();
    this._cells = [...this._notebook.cells];
    const isSame = cells.length === this._cells.length && cells.every((cell, index) => cell === this._cells[index]);
    if (!isSame || spots !== JSON.stringify(this._threads.map(thread => this.place(thread)))) {
      this._changed.emit();
    }
  }

  private _seek(id: string | null): void {
    this._soughtThread = { id, times: this._soughtThread.times + 1 };
    this._changed.emit();
    this._sought.emit();
  }

  private readonly _onTransaction = ({ local, changed }: Y.Transaction) => {
    if (!changed.size || !this._threads.length) {
      return;
    }
    this._looking ||= window.setTimeout(() => this._follow(), TOGETHER);
    // who changes a passage writes where it is now: one of all who see it is enough
    if (local && !this.isReadOnly) {
      window.clearTimeout(this._writing);
      this._writing = window.setTimeout(() => this._writeAnchors(), AFTER_TYPING);
    }
  };

  private _writeAnchors(): void {
    this._follow();
    this._places.outgrown(this._threads).forEach(([thread, place]) => this.document.move(thread, place));
  }

  private readonly _notebook: YNotebook;
  private readonly _places: Places;
  private readonly _changed = new Signal<this, void>(this);
  private readonly _sought = new Signal<this, void>(this);
  private _threads: IThread[] = [];
  private _cells: YNotebook['cells'] = [];
  private _draft: IPlace | null = null;
  private _soughtThread: { id: string | null; times: number } = { id: null, times: 0 };
  private _filter: Filter = 'open';
  private _isDisposed = false;
  private _looking = 0;
  private _writing = 0;
}
