import type { IOutput } from '@jupyterlab/nbformat';
import { OutputModel } from '@jupyterlab/rendermime';
import type { IOutputModel, IRenderMimeRegistry } from '@jupyterlab/rendermime';
import type { JSONObject } from '@lumino/coreutils';
import { Signal } from '@lumino/signaling';

import type { ExecutionServer } from './server';

/** How many outputs are remembered. */
const REMEMBERED = 500;

/**
 * Which outputs of shared notebooks may run scripts here: those that a kernel sent for a run of this browser's person,
 * as the server says.
 *
 * Whether a cell is trusted stands in the shared document, where any editor can write it: it counts for nothing.
 */
export class Trust {
  constructor(
    private readonly _server: ExecutionServer,
    private readonly _rendermime: IRenderMimeRegistry
  ) {}

  /** Emitted with an output, as text, when it may run its scripts. */
  readonly granted = new Signal<this, string>(this);

  /** The model of an output, trusted or not. */
  createOutputModel(options: IOutputModel.IOptions): IOutputModel {
    return new OutputModel({ ...options, trusted: this.has(options.value) });
  }

  /** Whether an output may run its scripts. If that is not known, the server is asked. */
  has(output: IOutput): boolean {
    const key = keyOf(output);
    if (!key || !this._needsTrust(output)) {
      return false; // it is the same with and without
    }
    const known = this._known.get(key);
    if (known === undefined && !this._asked.has(key)) {
      this._asked.set(key, output.data as JSONObject);
      if (this._asked.size === 1) {
        window.setTimeout(() => void this._ask());
      }
    }
    return known === true;
  }

  /** The person of this browser trusts an output, whoever ran its cell. */
  grant(output: IOutput): void {
    const key = keyOf(output);
    if (key && this._needsTrust(output) && this._known.get(key) !== true) {
      this._remember(key, true);
    }
  }

  private async _ask(): Promise<void> {
    const asked = [...this._asked];
    this._asked.clear();
    const answers = await this._server.trusted(asked.map(([, data]) => data));
    asked.forEach(([key], index) => this._remember(key, answers[index]));
  }

  private _remember(key: string, isTrusted: boolean): void {
    this._known.delete(key);
    this._known.set(key, isTrusted);
    if (this._known.size > REMEMBERED) {
      this._known.delete(this._known.keys().next().value!);
    }
    if (isTrusted) {
      this.granted.emit(key);
    }
  }

  private _needsTrust(output: IOutput): boolean {
    const data = output.data as JSONObject;
    const best = this._rendermime.preferredMimeType(data as never, 'any');
    return (
      best !== undefined && (best !== this._rendermime.preferredMimeType(data as never, 'ensure') || !isHarmless(best))
    );
  }

  private readonly _known = new Map<string, boolean>();
  private readonly _asked = new Map<string, JSONObject>();
}

/** An output as a text, by which it is known; empty for one without data. */
export function keyOf(output: IOutput): string {
  return output.data ? JSON.stringify(output.data) : '';
}

/** Whether what is shown of a type is the same without trust. */
function isHarmless(type: string): boolean {
  return type !== 'text/html' && type !== 'image/svg+xml';
}
