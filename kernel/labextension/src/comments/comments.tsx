import type { NotebookPanel } from '@jupyterlab/notebook';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { YNotebook } from '@jupyter/ydoc';
import { useEffect, useState } from 'react';

import { Composer } from './composer';
import { commentsOf } from './document';
import { KeptFocus } from './focus';
import { jump } from './jump';
import { knownPeople } from './people';
import type { Filter, NotebookComments } from './session';
import { Thread } from './thread';

/** What the thread that is being written is kept under. */
const NEW = '';

interface IProps {
  session: NotebookComments;
  panel: NotebookPanel;
  /** Who is in the lab, whatever they have open. */
  everybody: YNotebook['awareness'] | null;
  trans: TranslationBundle;
  /** By which a thread is begun. */
  shortcut: string;
}

/** The threads of a notebook. */
export function Comments({ session, panel, everybody, trans, shortcut }: IProps) {
  const [, setVersion] = useState(0);
  useEffect(() => {
    const onChange = () => setVersion(version => version + 1);
    session.changed.connect(onChange);
    return () => void session.changed.disconnect(onChange);
  }, [session]);

  const people = () => knownPeople(session, everybody);
  const shown = session.threads.filter(thread => session.isShown(thread, session.filter));
  const { id: sought, times } = session.soughtThread;
  return (
    <KeptFocus>
      <Filters {...{ session, trans }} />
      <Warnings {...{ session, trans }} />
      {session.draft && (
        <article className="lakebook-comments-thread" aria-label={trans.__('New thread')}>
          <header>
            <span className="lakebook-comments-where">
              {trans.__('Cell %1', session.cellIndex(session.draft.cell) + 1)}
            </span>
          </header>
          {session.draft.quote !== undefined && (
            <figure className="lakebook-comments-quote">
              <blockquote>{session.draft.quote}</blockquote>
            </figure>
          )}
          <Composer
            key={times}
            trans={trans}
            label={trans.__('Comment')}
            action={trans.__('Comment')}
            people={people}
            text={session.unsent.get(NEW)}
            onType={text => session.unsent.set(NEW, text)}
            isFocused
            onSubmit={(text, mentions) => session.begin(text, mentions)}
            onCancel={() => {
              session.discard();
              panel.activate();
            }}
          />
        </article>
      )}
      {shown.map(thread => (
        <Thread
          key={thread.id}
          {...{ trans, session, thread, people }}
          sought={thread.id === sought ? times : 0}
          onJump={() => void jump(panel, session, thread)}
        />
      ))}
      {!shown.length && !session.draft && (
        <p className="lakebook-comments-note">
          {session.filter === 'open' && !session.isReadOnly
            ? trans.__('No open threads. %1 begins one on the cell, or on what is selected in it.', shortcut)
            : trans.__('No such threads.')}
        </p>
      )}
    </KeptFocus>
  );
}

function Filters({ session, trans }: Pick<IProps, 'session' | 'trans'>) {
  const filters: [Filter, string][] = [
    ['open', trans.__('Open')],
    ['resolved', trans.__('Resolved')],
    ['mine', trans.__('Mine')],
    ['mentions', trans.__('Mentions me')]
  ];
  return (
    <div className="lakebook-comments-filters" role="group" aria-label={trans.__('Which threads are shown')}>
      {filters.map(([filter, label]) => (
        <button key={filter} aria-pressed={filter === session.filter} onClick={() => (session.filter = filter)}>
          {label} <span>{session.threads.filter(thread => session.isShown(thread, filter)).length}</span>
        </button>
      ))}
    </div>
  );
}

/** The lines of the file that nobody could read. */
function Warnings({ session, trans }: Pick<IProps, 'session' | 'trans'>) {
  const { kept } = session.document;
  const file = commentsOf(session.context.path);
  return (
    <div role="alert">
      {kept.map(({ line, problem, text }) => (
        <p className="lakebook-comments-warning" key={line} title={text}>
          {trans.__('%1, line %2: %3. The line is kept as it is; correct it in the file.', file, line, problem)}
        </p>
      ))}
    </div>
  );
}
