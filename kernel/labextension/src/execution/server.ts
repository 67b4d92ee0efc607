import { URLExt } from '@jupyterlab/coreutils';
import { ServerConnection } from '@jupyterlab/services';
import type { Session } from '@jupyterlab/services';
import { PromiseDelegate } from '@lumino/coreutils';
import type { JSONObject } from '@lumino/coreutils';
import { Signal } from '@lumino/signaling';

/** How a run has ended. */
export interface IEnd {
  event: 'ended';
  run: string;
  document: string;
  cell: string;
  state: 'ok' | 'error' | 'aborted';
  /** The content of the kernel's reply; empty where there was none. */
  reply: { ename?: string; evalue?: string; traceback?: string[]; execution_count?: number };
}

/** What a running cell asks a person for. */
export interface IQuestion {
  event: 'question';
  run: string;
  document: string;
  cell: string;
  prompt: string;
  secret: boolean;
}

interface IHello {
  event: 'hello';
  /** Another one for each start of the server. */
  server: string;
  /** The runs that run or wait. */
  runs: string[];
}

type Event = IHello | IEnd | IQuestion | { event: 'answered'; run: string };

/** A cell to run. */
export interface ICell {
  cell: string;
  source: string;
  timed: boolean;
}

interface IAsked {
  document: string;
  kernel: string;
  cell: ICell;
  run: PromiseDelegate<string>;
}

/** The time until a lost connection is tried again, in milliseconds. */
const AGAIN = 1000;

/** The part of the server that runs cells, as `lakebook.lab.execution` has it. */
export class ExecutionServer {
  constructor(private readonly _settings: ServerConnection.ISettings) {
    this._connect();
  }

  /** The questions that this tab is to ask, by runs. */
  readonly questions = new Map<string, IQuestion>();

  /** Emitted with each question that this tab is to ask. */
  readonly asked = new Signal<this, IQuestion>(this);

  /** Emitted with the run whose question is answered, or asked no more. */
  readonly answered = new Signal<this, string>(this);

  /** Emitted when the server answers, at first and after it did not. */
  readonly connected = new Signal<this, void>(this);

  /** Emitted when another server answers than before: it was started anew. */
  readonly restarted = new Signal<this, void>(this);

  /** Run a cell. The promise is kept when the run is over, also if the connection was lost meanwhile. */
  async run(document: string, kernel: string, cell: ICell): Promise<IEnd> {
    const asked: IAsked = { document, kernel, cell, run: new PromiseDelegate() };
    this._asked.push(asked);
    this._asking = this._asking.then(() => this._ask());
    const run = await asked.run.promise;
    const known = this._ends.get(run);
    if (known) {
      return known;
    }
    const end = new PromiseDelegate<IEnd>();
    this._waiting.set(run, end);
    return end.promise;
  }

  async answer(run: string, value: string): Promise<void> {
    await this._post('answers', { run, value });
  }

  /** The session of a notebook: the one that it has, or a new one on a kernel of this name. */
  async session(path: string, kernel: string): Promise<Session.IModel> {
    return (await this._post('sessions', { path, kernel })) as Session.IModel;
  }

  /** Which of these outputs a kernel sent for a run of this tab's own person. */
  async trusted(outputs: JSONObject[]): Promise<boolean[]> {
    const answer = (await this._post('trust', { outputs })) as { trusted: boolean[] };
    return answer.trusted;
  }

  /** Ask for all that wait, in their order: those of one notebook and kernel together. */
  private async _ask(): Promise<void> {
    const [first] = this._asked;
    if (!first) {
      return;
    }
    const { document, kernel } = first;
    let count = this._asked.findIndex(asked => asked.document !== document || asked.kernel !== kernel);
    count = count === -1 ? this._asked.length : count;
    const asked = this._asked.splice(0, count);
    try {
      const cells = asked.map(({ cell }) => cell);
      const { runs } = (await this._post('runs', { document, kernel, cells })) as { runs: string[] };
      runs.forEach((run, index) => asked[index].run.resolve(run));
    } catch (problem) {
      asked.forEach(({ run }) => run.reject(problem));
    }
    await this._ask();
  }

  private async _post(what: string, body: unknown): Promise<unknown> {
    const url = URLExt.join(this._settings.baseUrl, 'lakebook/execution', what);
    const response = await ServerConnection.makeRequest(
      url,
      { method: 'POST', body: JSON.stringify(body) },
      this._settings
    );
    if (!response.ok) {
      throw await ServerConnection.ResponseError.create(response);
    }
    return response.status === 204 ? null : response.json();
  }

  private _connect(): void {
    const { wsUrl, token, appendToken, WebSocket } = this._settings;
    const url = URLExt.join(wsUrl, 'lakebook/execution/events');
    const socket = new WebSocket(url + (appendToken && token ? `?token=${encodeURIComponent(token)}` : ''));
    socket.onmessage = message => this._hear(JSON.parse(message.data as string) as Event);
    socket.onclose = () => window.setTimeout(() => this._connect(), AGAIN);
  }

  private _hear(event: Event): void {
    switch (event.event) {
      case 'hello':
        this._greet(event);
        break;
      case 'ended':
        this._end(event);
        break;
      case 'question':
        this.questions.set(event.run, event);
        this.asked.emit(event);
        break;
      case 'answered':
        this.questions.delete(event.run);
        this.answered.emit(event.run);
        break;
    }
  }

  private _greet(hello: IHello): void {
    if (this._server !== '' && this._server !== hello.server) {
      for (const run of this._waiting.keys()) {
        this._end({ event: 'ended', run, document: '', cell: '', state: 'aborted', reply: {} });
      }
      this.restarted.emit();
    }
    this._server = hello.server;
    this.connected.emit();
  }

  private _end(end: IEnd): void {
    // the answer to who asked for it may still be on its way
    this._ends.set(end.run, end);
    this._waiting.get(end.run)?.resolve(end);
    this._waiting.delete(end.run);
    if (this._ends.size > 2000) {
      this._ends.delete(this._ends.keys().next().value!);
    }
  }

  private _server = '';
  private readonly _asked: IAsked[] = [];
  private _asking = Promise.resolve();
  private readonly _waiting = new Map<string, PromiseDelegate<IEnd>>();
  private readonly _ends = new Map<string, IEnd>();
}
