import { URLExt } from '@jupyterlab/coreutils';
import type { ServerConnection } from '@jupyterlab/services';
import { Signal, type ISignal } from '@lumino/signaling';

import { ask, Refused } from '../server/answers';

/** A notebook that is attached to the driver. */
export interface IAttached {
  readonly name: string;
  readonly folder: string;
  readonly running: boolean;
}

/** How a driver is; see `runtime/lakebook/lab/driver/looks.py`. */
export interface ILook {
  readonly state: 'off' | 'starting' | 'running' | 'lost';
  /** Why it was lost, or why it says nothing. */
  readonly problem: string;
  readonly workspace: string;
  readonly master: string;
  /** The heap's size, as it is set. */
  readonly memory: string;
  /** Seconds that it stays without a notebook. */
  readonly ends_after: number;
  readonly pid?: number;
  readonly started?: string;
  readonly version?: string;
  readonly java?: string;
  /** Seconds without a notebook. */
  readonly idle?: number;
  /** Bytes. */
  readonly heap?: { readonly used: number; readonly most: number };
  readonly notebooks?: readonly IAttached[];
}

export type Verb = 'start' | 'stop' | 'restart';

/** Milliseconds until it is looked again, by what was seen last; nobody looks while no page is seen. */
const EVERY = { off: 15_000, lost: 15_000, running: 5_000, starting: 1_000 };

/** … and while a cell runs. */
const BUSY = 3_000;

/** The driver of the workspace of the notebook in front. */
export class Driver {
  constructor(
    private readonly _server: ServerConnection.ISettings,
    private readonly _folder: () => string,
    /** Whether a cell runs, which may start it at any moment. */
    private readonly _isBusy: () => boolean
  ) {
    document.addEventListener('visibilitychange', () => this.look());
    this.look();
  }

  /** Undefined until the server has answered, and where it has no such part. */
  get seen(): ILook | undefined {
    return this._seen;
  }

  /** What is being done to it by this page. */
  get doing(): Verb | undefined {
    return this._doing;
  }

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** Where Spark's own pages are. */
  get pages(): string {
    const folder = String.fromCharCode(...new TextEncoder().encode(this._folder()));
    const key = btoa(folder).replaceAll('+', '-').replaceAll('/', '_') || '-';
    return URLExt.join(this._server.baseUrl, 'lakebook/spark', key, '/');
  }

  /** Look now, and from now on every now and then. */
  look(): void {
    window.clearTimeout(this._timer);
    if (document.visibilityState !== 'visible' || this._isGone) {
      return;
    }
    const turn = ++this._turn;
    void this._ask()
      .then(
        seen => this._see(seen, turn),
        problem => this._fail(problem)
      )
      .finally(() => {
        if (turn === this._turn) {
          const every = EVERY[this._seen?.state ?? 'off'];
          this._timer = window.setTimeout(() => this.look(), this._isBusy() ? Math.min(every, BUSY) : every);
        }
      });
  }

  /** How it is at this moment, for a question of what would be lost; what was seen last, where nobody answers. */
  async lookNow(): Promise<ILook | undefined> {
    const query = { folder: this._folder(), now: 'yes' };
    const seen = await ask<ILook>(this._server, 'driver', query).catch(() => this._seen);
    if (seen) {
      this._see(seen, this._turn);
    }
    return seen;
  }

  /** @throws Refused when it cannot be done. */
  async do(verb: Verb): Promise<void> {
    this._doing = verb;
    this._changed.emit();
    this.look();
    try {
      this._see(await this._ask({ do: verb }), ++this._turn);
    } finally {
      this._doing = undefined;
      this._changed.emit();
      this.look();
    }
  }

  /** The settings that it runs with. */
  settings(): Promise<Record<string, string>> {
    return ask(this._server, 'driver/settings', { folder: this._folder() });
  }

  private _ask(body?: object): Promise<ILook> {
    return ask<ILook>(this._server, 'driver', { folder: this._folder() }, body);
  }

  private _see(seen: ILook, turn: number): void {
    if (turn === this._turn) {
      this._seen = seen;
      this._changed.emit();
    }
  }

  private _fail(problem: unknown): void {
    if (problem instanceof Refused && problem.status === 404 && !this._seen) {
      this._isGone = true; // our part of the server is switched off
    }
  }

  private _seen: ILook | undefined;
  private _doing: Verb | undefined;
  private _isGone = false;
  private _turn = 0;
  private _timer = 0;
  private readonly _changed = new Signal<this, void>(this);
}

/** Bytes in words. */
export function size(bytes: number): string {
  const units = ['B', 'KB', 'MB', 'GB', 'TB'];
  let unit = 0;
  let number = bytes;
  while (number >= 1000 && unit < units.length - 1) {
    number /= 1024;
    unit++;
  }
  return `${number < 10 && unit > 0 ? number.toFixed(1) : Math.round(number)} ${units[unit]}`;
}
