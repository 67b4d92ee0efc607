import type { ISessionContext } from '@jupyterlab/apputils';
import type { INotebookTracker, NotebookPanel } from '@jupyterlab/notebook';
import type { Kernel } from '@jupyterlab/services';
import { Signal, type ISignal } from '@lumino/signaling';

import { Comm, type IAnswer, type IName } from './comm';

/** What the panel can say of the notebook in front. */
export type State =
  /** There is none. */
  | 'nothing'
  /** Its kernel is not one of ours, or there is none. */
  | 'foreign'
  /** The kernel has not answered yet. */
  | 'waiting'
  /** Only Python's names are known, since a cell runs. */
  | 'partly'
  | 'whole';

/** Columns of a frame that was opened; a sentence in place of them when they cannot be had. */
export type Columns = readonly [name: string, type: string][] | string;

interface IKnown {
  names: readonly IName[];
  isWhole: boolean;
  readonly columns: Map<string, Columns>;
}

/** The names of the notebook in front. Nothing is asked while nobody looks. */
export class Names {
  constructor(private readonly _tracker: INotebookTracker) {
    _tracker.currentChanged.connect(this._follow, this);
    this._follow();
  }

  get state(): State {
    const kernel = this._kernel;
    if (!this._panel) {
      return 'nothing';
    }
    if (!kernel || !Comm.isOurs(kernel)) {
      return this._panel.sessionContext.isReady ? 'foreign' : 'waiting';
    }
    const known = this._known.get(kernel);
    return known ? (known.isWhole ? 'whole' : 'partly') : 'waiting';
  }

  get names(): readonly IName[] {
    return this._of(this._kernel)?.names ?? [];
  }

  /** Of a frame whose columns were asked for; undefined while they are on their way. */
  columns(name: string): Columns | undefined {
    return this._of(this._kernel)?.columns.get(name);
  }

  /** Ask for the columns of a frame of Python's. */
  askColumns(name: string): void {
    this._comm?.ask({ columns: name });
  }

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** Whether somebody looks. */
  set isWatched(watched: boolean) {
    this._isWatched = watched;
    this._connect();
  }

  private get _kernel(): Kernel.IKernelConnection | undefined {
    return this._panel?.sessionContext.session?.kernel ?? undefined;
  }

  private _of(kernel: Kernel.IKernelConnection | undefined): IKnown | undefined {
    return kernel && this._known.get(kernel);
  }

  private _follow(): void {
    const panel = this._tracker.currentWidget ?? undefined;
    if (panel !== this._panel) {
      this._watch(this._panel?.sessionContext, false);
      this._panel = panel;
      this._watch(panel?.sessionContext, true);
      this._connect();
    }
    this._changed.emit();
  }

  private _watch(context: ISessionContext | undefined, begin: boolean): void {
    if (context && !context.isDisposed) {
      const does = begin ? 'connect' : 'disconnect';
      context.kernelChanged[does](this._connect, this);
      context.statusChanged[does](this._connect, this);
      context.connectionStatusChanged[does](this._connect, this);
    }
  }

  /** Open a comm where there is none: with a kernel that is new, or was started anew. */
  private _connect(): void {
    const kernel = this._kernel;
    const starts = kernel && ['starting', 'restarting', 'autorestarting', 'dead'].includes(kernel.status);
    if (starts) {
      this._known.delete(kernel);
    } else if (this._isWatched && kernel && Comm.isOurs(kernel)) {
      const comm = this._comms.get(kernel);
      if (!comm?.isOpen) {
        this._comms.set(kernel, new Comm(kernel, answer => this._hear(kernel, answer)));
      }
    }
    this._changed.emit();
  }

  private get _comm(): Comm | undefined {
    return this._kernel && this._comms.get(this._kernel);
  }

  private _hear(kernel: Kernel.IKernelConnection, answer: IAnswer): void {
    const known = this._known.get(kernel);
    if (answer.names) {
      this._known.set(kernel, { names: answer.names, isWhole: answer.whole ?? true, columns: new Map() });
    } else if (answer.columns) {
      known?.columns.set(answer.columns, answer.of ?? answer.problem ?? []);
    }
    this._changed.emit();
  }

  private _isWatched = false;
  private _panel: NotebookPanel | undefined;
  private readonly _known = new WeakMap<Kernel.IKernelConnection, IKnown>();
  private readonly _comms = new WeakMap<Kernel.IKernelConnection, Comm>();
  private readonly _changed = new Signal<this, void>(this);
}
