import { YDocument, type DocumentChange } from '@jupyter/ydoc';
import type { JSONValue } from '@lumino/coreutils';
import { Signal, type ISignal } from '@lumino/signaling';
import * as Y from 'yjs';

import {
  threadsOf,
  type IComment,
  type IKeptLine,
  type IPerson,
  type IPlace,
  type IThread,
  type Record
} from './records';

/** As the server calls documents of this kind. */
export const TYPE = 'lakebook-comments';

/** What is beside a notebook that has comments. */
export function commentsOf(notebook: string): string {
  return `${notebook}.comments.jsonl`;
}

/** The comments of a notebook, shared by all who have it open. Each record is replaced as a whole. */
export class CommentsDocument extends YDocument<DocumentChange> {
  constructor() {
    super();
    this._records = this.ydoc.getMap('comments');
    this._kept = this.ydoc.getArray('kept');
    this._records.observe(this._onChange);
    this._kept.observe(this._onChange);
  }

  readonly version = '1.0.0';

  /** Emitted when anybody has written something. */
  get commentsChanged(): ISignal<this, void> {
    return this._commentsChanged;
  }

  get threads(): IThread[] {
    return threadsOf(this._records.values());
  }

  /** The lines of the file that could not be read. */
  get kept(): IKeptLine[] {
    return this._kept.toArray();
  }

  getSource(): JSONValue {
    return this._records.toJSON() as JSONValue;
  }

  setSource(value: JSONValue): void {
    this.transact(() => {
      this._records.clear();
      Object.entries(value as unknown as { [key: string]: Record }).forEach(([key, record]) =>
        this._records.set(key, record)
      );
    });
  }

  /** Have the server save what is written, also while this browser saves nothing by itself: nobody saves it by hand. */
  saveAlways(): void {
    const insist = () => {
      if (this.awareness.getLocalState()?.autosave !== true) {
        this.awareness.setLocalStateField('autosave', true);
      }
    };
    this.awareness.on('change', insist);
    insist();
  }

  /** Begin a thread; returns its identifier. */
  begin(place: IPlace, by: IPerson, text: string, mentions: IPerson[]): string {
    const id = newId();
    const at = now();
    this.transact(() => {
      this._records.set(`anchor:${id}`, { ...place, anchor: id, at });
      this._put({ comment: id, thread: id, at, by, text, mentions });
    });
    return id;
  }

  answer(thread: IThread, by: IPerson, text: string, mentions: IPerson[]): void {
    this._put({ comment: newId(), thread: thread.id, at: now(), by, text, mentions });
  }

  edit(comment: IComment, text: string, mentions: IPerson[]): void {
    this._put({ ...comment, text, mentions, edited: now() });
  }

  /** Take back what was written. That something was stays on record: a merge must not bring it back. */
  remove(comment: IComment): void {
    const { text, mentions, edited, ...rest } = comment;
    this._put({ ...rest, deleted: now() });
  }

  resolve(thread: IThread, by: IPerson, is: 'open' | 'resolved'): void {
    this._records.set(`state:${thread.id}`, { state: thread.id, at: now(), by, is });
  }

  /** Say anew where a thread belongs. */
  move(thread: IThread, place: IPlace): void {
    this._records.set(`anchor:${thread.id}`, { ...place, anchor: thread.id, at: now() });
  }

  override dispose(): void {
    this._records.unobserve(this._onChange);
    this._kept.unobserve(this._onChange);
    super.dispose();
    Signal.clearData(this);
  }

  private _put({ mentions, ...comment }: IComment): void {
    const record = mentions?.length ? { ...comment, mentions } : comment;
    this._records.set(`comment:${comment.comment}`, record);
  }

  private readonly _onChange = () => this._commentsChanged.emit();
  private readonly _records: Y.Map<Record>;
  private readonly _kept: Y.Array<IKeptLine>;
  private readonly _commentsChanged = new Signal<this, void>(this);
}

function now(): string {
  return new Date().toISOString();
}

function newId(): string {
  return [...crypto.getRandomValues(new Uint8Array(8))].map(byte => byte.toString(16).padStart(2, '0')).join('');
}
