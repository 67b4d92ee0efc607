import type { ICollaborativeContentProvider } from '@jupyter/collaborative-drive';
import { PageConfig } from '@jupyterlab/coreutils';
import type { INotebookTracker, NotebookPanel } from '@jupyterlab/notebook';
import type { ServiceManager } from '@jupyterlab/services';
import { Signal, type ISignal } from '@lumino/signaling';

import { CommentsDocument, TYPE, commentsOf } from './document';
import { mayWrite, whoAmI } from './me';
import { NotebookComments, type NotebookContext } from './session';

const FORMAT = 'text';

/** The comments of all open notebooks. */
export class Sessions {
  constructor(
    private readonly _provider: ICollaborativeContentProvider,
    private readonly _services: ServiceManager.IManager,
    private readonly _tracker: INotebookTracker
  ) {
    _provider.sharedModelFactory.registerDocumentFactory(TYPE, () => new CommentsDocument());
    _tracker.forEach(panel => void this._add(panel));
    _tracker.widgetAdded.connect((_, panel) => void this._add(panel));
    _tracker.currentChanged.connect(() => this._changed.emit());
  }

  /** Emitted when those of another notebook are to be seen, or when there is news of how they fare. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** Emitted when those of a notebook can be used. */
  get opened(): ISignal<this, NotebookComments> {
    return this._opened;
  }

  /** Emitted when a notebook's cells can be marked; a notebook may be shown more than once. */
  get shown(): ISignal<this, [NotebookPanel, NotebookComments]> {
    return this._shown;
  }

  /** The notebook that was used last. */
  get panel(): NotebookPanel | null {
    return this._tracker.currentWidget;
  }

  /** The comments of the notebook that was used last. */
  get current(): NotebookComments | null {
    return (this.panel && this._ready.get(this.panel.context)) ?? null;
  }

  /** Whether comments can be kept beside the notebook that was used last. */
  get isPossible(): boolean {
    return this.panel !== null && this._isPossible(this.panel.context);
  }

  /** Why there are none for the notebook that was used last, if something went wrong. */
  get problem(): string | null {
    return (this.panel && this._problems.get(this.panel.context)) ?? null;
  }

  private _isPossible({ path }: NotebookContext): boolean {
    return (
      PageConfig.getOption('lakebookComments') === 'true' &&
      this._provider.sharedModelFactory.collaborative === true &&
      this._services.contents.driveName(path) === ''
    );
  }

  private async _add(panel: NotebookPanel): Promise<void> {
    const { context } = panel;
    await context.ready;
    if (panel.isDisposed || !this._isPossible(context)) {
      return;
    }
    let opening = this._opening.get(context);
    if (!opening) {
      opening = this._open(context);
      this._opening.set(context, opening);
    }
    try {
      const session = await opening;
      if (!panel.isDisposed && !session.isDisposed) {
        this._shown.emit([panel, session]);
      }
    } catch (problem) {
      this._problems.set(context, problem instanceof Error ? problem.message : String(problem));
    }
    this._changed.emit();
  }

  private async _open(context: NotebookContext): Promise<NotebookComments> {
    const path = commentsOf(context.path);
    const document = this._provider.sharedModelFactory.createNew({
      path,
      format: FORMAT,
      contentType: TYPE,
      collaborative: true
    }) as unknown as CommentsDocument;
    const end = () => document.isDisposed || document.dispose();
    context.disposed.connect(end);
    document.saveAlways();
    await this._provider.providers.get(`${FORMAT}:${TYPE}:${path}`)?.ready;
    const [me, writes] = await Promise.all([whoAmI(this._services), mayWrite(this._services)]);
    if (context.isDisposed || document.isDisposed) {
      throw new Error('the notebook is closed');
    }
    const session = new NotebookComments(context, document, me, writes);
    this._ready.set(context, session);
    document.disposed.connect(() => {
      session.dispose();
      this._ready.delete(context);
      this._opening.delete(context);
      if (!context.isDisposed) {
        this._problems.set(context, 'the connection has ended; open the notebook again');
      }
      this._changed.emit();
    });
    this._opened.emit(session);
    return session;
  }

  private readonly _opening = new WeakMap<NotebookContext, Promise<NotebookComments>>();
  private readonly _ready = new WeakMap<NotebookContext, NotebookComments>();
  private readonly _problems = new WeakMap<NotebookContext, string>();
  private readonly _changed = new Signal<this, void>(this);
  private readonly _opened = new Signal<this, NotebookComments>(this);
  private readonly _shown = new Signal<this, [NotebookPanel, NotebookComments]>(this);
}
