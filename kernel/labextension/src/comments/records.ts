/** Who wrote or is meant. */
export interface IPerson {
  username: string;
  name: string;
  color?: string;
}

/** What one person wrote; a thread's first comment has the thread's identifier. */
export interface IComment {
  comment: string;
  thread: string;
  /** UTC, as all times here. */
  at: string;
  by: IPerson;
  text?: string;
  mentions?: IPerson[];
  edited?: string;
  deleted?: string;
}

/** A cell, or a passage in it. */
export interface IPlace {
  /** The cell's identifier. */
  cell: string;
  /** How the cell's text begins, by which it is found again when its identifier is another one. */
  source?: string;
  /** The passage that is meant, unless it is the whole cell. */
  quote?: string;
  /** What stands before and after it. */
  before?: string;
  after?: string;
}

/** Where in the notebook a thread belongs. */
export interface IAnchor extends IPlace {
  /** The thread. */
  anchor: string;
  at: string;
}

/** Whether a thread is done with. */
export interface IState {
  state: string;
  at: string;
  by: IPerson;
  is: 'open' | 'resolved';
}

export type Record = IComment | IAnchor | IState;

/** A line of the file that is no record. */
export interface IKeptLine {
  text: string;
  problem: string;
  line: string;
}

export interface IThread {
  id: string;
  /** None, if somebody has removed its line from the file. */
  anchor?: IAnchor;
  /** By their time; at least one that is not deleted. */
  comments: IComment[];
  /** By whom and when it was resolved or opened again last. */
  state?: IState;
}

export function isResolved(thread: IThread): boolean {
  return thread.state?.is === 'resolved';
}

/** Bring records into threads; one whose comments are all deleted is no more. */
export function threadsOf(records: Iterable<Record>): IThread[] {
  const anchors = new Map<string, IAnchor>();
  const states = new Map<string, IState>();
  const comments = new Map<string, IComment[]>();
  for (const record of records) {
    if (isComment(record)) {
      comments.set(record.thread, [...(comments.get(record.thread) ?? []), record]);
    } else if (isAnchor(record)) {
      anchors.set(record.anchor, record);
    } else if (isState(record)) {
      states.set(record.state, record);
    }
  }
  return [...comments]
    .filter(([, written]) => written.some(comment => !comment.deleted))
    .map(([id, written]) => ({
      id,
      anchor: anchors.get(id),
      state: states.get(id),
      comments: written.sort((a, b) => compare(a.at, b.at) || compare(a.comment, b.comment))
    }));
}

function isComment(record: Record): record is IComment {
  return 'comment' in record && typeof record.thread === 'string';
}

function isAnchor(record: Record): record is IAnchor {
  return 'anchor' in record && typeof record.cell === 'string';
}

function isState(record: Record): record is IState {
  return 'state' in record;
}

export function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
