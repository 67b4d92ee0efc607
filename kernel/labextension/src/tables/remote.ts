import type { JSONObject } from '@lumino/coreutils';

import type { TableConnection } from './connection';
import type { Format, IChart, IDrawing, IPage, IQuery, ISource, IStatistics, IValue } from './types';

/** Answers from the kernel, whose engine has the whole frame. */
export class KernelSource implements ISource {
  constructor(
    private readonly _connection: TableConnection,
    private readonly _handle: string
  ) {}

  rows(query: IQuery, offset: number, limit: number): Promise<IPage> {
    return this._ask({ ask: 'rows', query: asJson(query), offset, limit });
  }

  async count(query: IQuery): Promise<number> {
    return (await this._ask<{ count: number }>({ ask: 'count', query: asJson(query) })).count;
  }

  statistics(query: IQuery, column: number): Promise<IStatistics> {
    return this._ask({ ask: 'statistics', query: asJson(query), column });
  }

  values(query: IQuery, column: number, containing: string): Promise<{ values: IValue[]; more: boolean }> {
    return this._ask({ ask: 'values', query: asJson(query), column, containing });
  }

  chart(query: IQuery, chart: IChart): Promise<IDrawing> {
    return this._ask({ ask: 'chart', query: asJson(query), chart: { ...chart } });
  }

  cell(query: IQuery, row: number, column: number): Promise<{ text: string | null; cut: number }> {
    return this._ask({ ask: 'cell', query: asJson(query), offset: row, column });
  }

  /** Have all rows of a query written; gives the server's address of the file. */
  async export(query: IQuery, format: Format): Promise<string> {
    return (await this._ask<{ path: string }>({ ask: 'export', query: asJson(query), format })).path;
  }

  cancel(): void {
    for (const id of [...this._asked]) {
      this._connection.cancel(id);
    }
  }

  private async _ask<Answer>(question: JSONObject): Promise<Answer> {
    let asked = 0;
    try {
      return await this._connection.ask<Answer>(this._handle, question, id => {
        asked = id;
        this._asked.add(id);
      });
    } finally {
      this._asked.delete(asked);
    }
  }

  private readonly _asked = new Set<number>();
}

function asJson(query: IQuery): JSONObject {
  return JSON.parse(JSON.stringify(query));
}
