import type { ServerConnection } from '@jupyterlab/services';
import { Signal, type ISignal } from '@lumino/signaling';

import { ask, Refused } from '../server/answers';

/** What the server tells; see `runtime/lakebook/lab/catalog/`. */
export interface ICatalog {
  readonly name: string;
  readonly schemas: readonly { readonly name: string; readonly comment: string }[];
}

export interface IItem {
  readonly name: string;
  readonly comment: string;
}

export interface ITable extends IItem {
  /** Such as `delta`, `parquet` or `view`. */
  readonly provider: string;
}

export interface ISchema {
  readonly tables: readonly ITable[];
  readonly functions: readonly IItem[];
  readonly volumes: readonly IItem[];
}

export interface IColumn {
  readonly name: string;
  readonly type: string;
  readonly comment: string;
  readonly partition: boolean;
}

export interface IDetails {
  readonly columns: readonly IColumn[];
  readonly comment: string;
  readonly location: string;
  readonly provider: string;
  readonly version: number | null;
}

export interface IVersion {
  readonly version: number;
  /** Milliseconds since 1970. */
  readonly timestamp: number | null;
  readonly operation: string;
  readonly mode: string;
  readonly rows: number | null;
  readonly by: string;
}

export interface IHistory {
  readonly versions: readonly IVersion[];
  readonly more: boolean;
}

export interface IFound {
  readonly found: readonly IHit[];
  readonly more: number;
}

export interface IHit extends IItem {
  readonly kind: 'table' | 'function' | 'volume';
  readonly catalog: string;
  readonly schema: string;
  readonly provider?: string;
}

/** Something that is asked of the server once: the answer, or why there is none; undefined while it is on its way. */
export type Asked<T> = T | Refused | undefined;

/** The catalog of a workspace, asked for piece by piece when it is looked at. */
export class Catalog {
  constructor(
    private readonly _server: ServerConnection.ISettings,
    private readonly _folder: () => string
  ) {}

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** When the driver wrote the list that this is from; empty when no driver has run yet. */
  get stamp(): string | undefined {
    return this._stamp;
  }

  catalogs(): Asked<readonly ICatalog[]> {
    const answer = this._ask<{ catalogs: readonly ICatalog[]; stamp: string }>('', {});
    return answer instanceof Refused ? answer : answer?.catalogs;
  }

  schema(catalog: string, schema: string): Asked<ISchema> {
    return this._ask('schema', { catalog, schema });
  }

  table(catalog: string, schema: string, name: string): Asked<IDetails> {
    return this._ask('table', { catalog, schema, name });
  }

  history(catalog: string, schema: string, name: string): Asked<IHistory> {
    return this._ask('history', { catalog, schema, name });
  }

  search(words: string): Asked<IFound> {
    return this._ask('search', { words });
  }

  /** Forget all, and ask anew for what is looked at. */
  refresh(): void {
    this._answers = new Map();
    this._changed.emit();
  }

  /** Ask anew if the workspace is another one, or the list was written anew. */
  async look(): Promise<void> {
    const folder = this._folder();
    if (folder !== this._asked || this._stamp === undefined) {
      this._asked = folder;
      this._stamp = undefined;
      this.refresh();
      return;
    }
    try {
      const now = await ask<{ stamp: string }>(this._server, 'catalog', { folder, stamp: this._stamp });
      if (now.stamp !== this._stamp && folder === this._asked) {
        this.refresh();
      }
    } catch (problem) {
      if (!(problem instanceof Refused)) {
        throw problem;
      }
      this.refresh(); // it is said where the answer would be
    }
  }

  private _ask<T>(path: string, query: Record<string, string>): Asked<T> {
    const key = JSON.stringify([path, query]);
    if (!this._answers.has(key)) {
      const answers = this._answers;
      answers.set(key, undefined);
      const folder = (this._asked = this._folder());
      const tell = (answer: T | Refused): void => {
        if (folder === this._asked && answers.get(key) === undefined) {
          answers.set(key, answer);
          if (path === '' && !(answer instanceof Refused)) {
            this._stamp = (answer as { stamp: string }).stamp;
          }
          this._changed.emit();
        }
      };
      void ask<T>(this._server, `catalog/${path}`.replace(/\/$/, ''), { ...query, folder }).then(tell, problem =>
        tell(problem instanceof Refused ? problem : new Refused(String(problem), 0))
      );
    }
    return this._answers.get(key) as Asked<T>;
  }

  private _asked: string | undefined;
  private _stamp: string | undefined;
  private _answers = new Map<string, unknown>();
  private readonly _changed = new Signal<this, void>(this);
}
