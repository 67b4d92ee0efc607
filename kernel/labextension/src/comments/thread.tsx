import type { TranslationBundle } from '@jupyterlab/translation';
import { useEffect, useRef } from 'react';

import { Comment, time } from './comment';
import { Composer } from './composer';
import { isResolved, type IPerson, type IThread } from './records';
import type { NotebookComments } from './session';

interface IProps {
  trans: TranslationBundle;
  session: NotebookComments;
  thread: IThread;
  people: () => IPerson[];
  /** Grows when the person asks to see this thread; 0 while another one is asked for. */
  sought: number;
  onJump: () => void;
}

/** A thread: what it is about, what was written, and what can be done. */
export function Thread({ trans, session, thread, people, sought, onJump }: IProps) {
  const node = useRef<HTMLElement>(null);
  useEffect(() => {
    if (sought) {
      node.current?.focus();
    }
  }, [sought]);
  const resolved = isResolved(thread);
  const spot = session.place(thread);
  const where = spot ? trans.__('Cell %1', session.cellIndex(spot.cell) + 1) : trans.__('Deleted cell');
  return (
    <article
      ref={node}
      tabIndex={-1}
      className="lakebook-comments-thread"
      data-thread={thread.id}
      aria-label={trans.__('Thread, %1', where)}
    >
      <header>
        {spot ? (
          <button className="lakebook-comments-where" onClick={onJump} title={trans.__('Show the cell')}>
            {where}
          </button>
        ) : (
          <span className="lakebook-comments-where">{where}</span>
        )}
        {!session.isReadOnly && (
          <button
            className="lakebook-comments-link"
            onClick={() => session.document.resolve(thread, session.me, resolved ? 'open' : 'resolved')}
          >
            {resolved ? trans.__('Reopen') : trans.__('Resolve')}
          </button>
        )}
      </header>
      <Quote {...{ trans, session, thread }} />
      {thread.comments
        .filter(comment => !comment.deleted)
        .map(comment => (
          <Comment key={comment.comment} {...{ trans, session, comment, people }} />
        ))}
      {thread.state && (
        <p className="lakebook-comments-note">
          {resolved
            ? trans.__('%1 resolved it, %2', thread.state.by.name, time(thread.state.at))
            : trans.__('%1 opened it again, %2', thread.state.by.name, time(thread.state.at))}
        </p>
      )}
      {!session.isReadOnly && !resolved && (
        <Composer
          trans={trans}
          label={trans.__('Answer')}
          action={trans.__('Answer')}
          people={people}
          text={session.unsent.get(thread.id)}
          onType={text => session.unsent.set(thread.id, text)}
          onSubmit={(text, mentions) => session.document.answer(thread, session.me, text, mentions)}
        />
      )}
    </article>
  );
}

/** The passage that is meant; of a cell that is no more, how it began. */
function Quote({ trans, session, thread }: Pick<IProps, 'trans' | 'session' | 'thread'>) {
  const spot = session.place(thread);
  const { quote, source = '' } = thread.anchor ?? {};
  const text = quote ?? (spot ? '' : source);
  return text ? (
    <figure className="lakebook-comments-quote">
      <blockquote>{text}</blockquote>
      {spot?.outdated && <figcaption>{trans.__('Outdated: the cell no longer has this text')}</figcaption>}
    </figure>
  ) : null;
}
