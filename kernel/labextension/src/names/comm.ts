import type { Kernel } from '@jupyterlab/services';
import type { JSONObject } from '@lumino/coreutils';

/** A name as the kernel tells of it; see `sharing/listing.py`. */
export interface IName {
  readonly name: string;
  readonly type: string;
  readonly size: string;
  /** How its language is called. */
  readonly owner: string;
  /** Other languages that have its newest value. */
  readonly copies: readonly string[];
  readonly glance: string;
  readonly is_frame: boolean;
  readonly is_aside: boolean;
}

/** What the kernel sends; see `sharing/comm.py`. */
export interface IAnswer {
  readonly names?: readonly IName[];
  readonly whole?: boolean;
  /** The frame that was asked about. */
  readonly columns?: string;
  readonly of?: readonly [string, string][];
  readonly problem?: string;
}

const TARGET = 'lakebook.names';

/**
 * Hears of a kernel's names.
 *
 * All pages open the same comm, so that the kernel sends one message to all of them and keeps none for pages that have
 * gone. The lab opens comms in a subshell, where they are answered while a cell runs.
 */
export class Comm {
  static isOurs(kernel: Kernel.IKernelConnection): boolean {
    return /^lakebook(-|$)/.test(kernel.name);
  }

  constructor(kernel: Kernel.IKernelConnection, hear: (answer: IAnswer) => void) {
    this._comm = kernel.createComm(TARGET, TARGET);
    this._comm.onMsg = message => hear(message.content.data as unknown as IAnswer);
    void this._open(kernel);
  }

  private async _open(kernel: Kernel.IKernelConnection): Promise<void> {
    await kernel.info;
    if (kernel.supportsSubshells) {
      await (this._comm as Kernel.IComm & { subshellStarted?: Promise<void> }).subshellStarted;
    }
    if (!this._comm.isDisposed) {
      this._comm.open();
    }
  }

  get isOpen(): boolean {
    return !this._comm.isDisposed;
  }

  ask(question: JSONObject): void {
    this._comm.send(question);
  }

  private readonly _comm: Kernel.IComm;
}
