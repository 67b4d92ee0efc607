import type { ISessionContext } from '@jupyterlab/apputils';
import type { Kernel } from '@jupyterlab/services';
import type { JSONObject } from '@lumino/coreutils';
import type { IDisposable } from '@lumino/disposable';
import type { ISignal } from '@lumino/signaling';
import { Signal } from '@lumino/signaling';

/** As `lakebook_kernel.paging.comm` has it. */
const TARGET = 'lakebook.tables';

/** A question that was not answered; the message is for the user. */
export class Unanswered extends Error {
  constructor(
    message: string,
    /** `gone`: the frame is there no longer; `cancelled`: the question was withdrawn. */
    readonly why: 'gone' | 'cancelled' | 'failed'
  ) {
    super(message);
  }
}

/** JupyterLab has comms served beside the cells, where the kernel can. */
interface ISubshellComm extends Kernel.IComm {
  readonly subshellStarted?: Promise<void>;
}

interface IWaiting {
  resolve(answer: unknown): void;
  reject(reason: Unanswered): void;
}

/** What a notebook's kernel has of the tables that the notebook shows; one for all of them. */
export class TableConnection implements IDisposable {
  constructor(private readonly _session: ISessionContext) {
    _session.kernelChanged.connect(this._reopen, this);
    _session.statusChanged.connect(this._statusChanged, this);
    void this._open();
  }

  /** Which tables there are has changed. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** Whether the kernel has been asked, or cannot be: until then nobody knows which tables there are. */
  get isSettled(): boolean {
    return this._isSettled || !this._session.session?.kernel;
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  /** Whether the kernel has a table. */
  has(handle: string): boolean {
    return this._handles.has(handle);
  }

  /** Ask something of a table. `id` gets the question's number, by which it is cancelled. */
  async ask<Answer>(table: string, question: JSONObject, id?: (id: number) => void): Promise<Answer> {
    const comm = this._comm;
    if (!comm || comm.isDisposed) {
      throw new Unanswered('The kernel is not there.', 'gone');
    }
    const number = ++this._last;
    id?.(number);
    const answer = new Promise<unknown>((resolve, reject) => this._waiting.set(number, { resolve, reject }));
    comm.send({ ...question, id: number, table });
    return (await answer) as Answer;
  }

  /** Withdraw a question. */
  cancel(id: number): void {
    const waiting = this._waiting.get(id);
    if (waiting) {
      this._waiting.delete(id);
      waiting.reject(new Unanswered('The question was withdrawn.', 'cancelled'));
      if (this._comm && !this._comm.isDisposed) {
        this._comm.send({ cancel: id });
      }
    }
  }

  dispose(): void {
    if (!this._isDisposed) {
      this._isDisposed = true;
      this._forget();
      Signal.clearData(this);
    }
  }

  private _statusChanged(_: ISessionContext, status: Kernel.Status): void {
    if (status === 'restarting' || status === 'autorestarting' || status === 'dead' || status === 'terminating') {
      this._forget();
      this._isSettled = status === 'dead' || status === 'terminating';
      this._changed.emit();
    } else if (status === 'idle' && (!this._comm || this._comm.isDisposed)) {
      void this._open();
    }
  }

  private _reopen(): void {
    this._forget();
    this._isSettled = !this._session.session?.kernel;
    this._changed.emit();
    void this._open();
  }

  private async _open(): Promise<void> {
    if (this._isOpening) {
      return;
    }
    this._isOpening = true;
    try {
      await this._session.ready;
      const kernel = this._session.session?.kernel;
      if (!kernel || this._isDisposed) {
        this._settle();
        return;
      }
      const { implementation } = await kernel.info;
      if (implementation !== 'lakebook' || this._comm?.isDisposed === false || this._isDisposed) {
        this._settle();
        return;
      }
      const comm = kernel.createComm(TARGET);
      comm.onMsg = message => this._take(message.content.data);
      comm.onClose = () => this._lost(comm);
      this._comm = comm;
      if (kernel.supportsSubshells) {
        await (comm as ISubshellComm).subshellStarted; // so that a running cell does not keep it waiting
      }
      comm.open({});
    } catch (problem) {
      console.warn('The tables of this notebook have no kernel to ask.', problem);
      this._settle();
    } finally {
      this._isOpening = false;
    }
  }

  private _settle(): void {
    this._isSettled = true;
    this._changed.emit();
  }

  private _take(data: JSONObject): void {
    const { tables, shown, forgotten, id, answer, error, why } = data as {
      tables?: string[];
      shown?: string[];
      forgotten?: string[];
      id?: number;
      answer?: unknown;
      error?: string;
      why?: Unanswered['why'];
    };
    if (id !== undefined) {
      const waiting = this._waiting.get(id);
      this._waiting.delete(id);
      if (error !== undefined) {
        waiting?.reject(new Unanswered(error, why ?? 'failed'));
      } else {
        waiting?.resolve(answer);
      }
      return;
    }
    [...(tables ?? []), ...(shown ?? [])].forEach(handle => this._handles.add(handle));
    forgotten?.forEach(handle => this._handles.delete(handle));
    this._settle();
  }

  private _lost(comm: Kernel.IComm): void {
    if (this._comm === comm) {
      this._forget();
      this._changed.emit();
    }
  }

  private _forget(): void {
    const comm = this._comm;
    this._comm = null;
    this._handles.clear();
    const waiting = [...this._waiting.values()];
    this._waiting.clear();
    waiting.forEach(({ reject }) => reject(new Unanswered('The kernel is not there any more.', 'gone')));
    if (comm && !comm.isDisposed) {
      comm.close();
    }
  }

  private _comm: Kernel.IComm | null = null;
  private _isOpening = false;
  private _isDisposed = false;
  private _isSettled = false;
  private _last = 0;
  private readonly _handles = new Set<string>();
  private readonly _waiting = new Map<number, IWaiting>();
  private readonly _changed = new Signal<this, void>(this);
}
