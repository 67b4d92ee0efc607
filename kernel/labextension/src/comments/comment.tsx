import { Dialog, showDialog } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { useState } from 'react';

import { Composer } from './composer';
import { splitMentions } from './people';
import type { IComment, IPerson } from './records';
import type { NotebookComments } from './session';

interface IProps {
  trans: TranslationBundle;
  session: NotebookComments;
  comment: IComment;
  people: () => IPerson[];
}

/** What one person wrote, which that person can change or take back. */
export function Comment({ trans, session, comment, people }: IProps) {
  const [isEdited, setEdited] = useState(session.unsent.get(comment.comment) !== undefined);
  const { by, at, text = '', edited } = comment;
  const mayChange = session.isMine(comment) && !session.isReadOnly;
  const end = () => {
    session.unsent.delete(comment.comment);
    setEdited(false);
  };
  return (
    <div role="group" className="lakebook-comments-comment" aria-label={trans.__('Comment by %1', by.name)}>
      <header>
        <span className="lakebook-comments-face" style={{ borderColor: by.color || undefined }} aria-hidden="true">
          {initials(by.name)}
        </span>
        <b>{by.name}</b>
        <time dateTime={at} title={edited ? trans.__('%1, edited %2', time(at), time(edited)) : time(at)}>
          {edited ? trans.__('%1, edited', shortTime(at)) : shortTime(at)}
        </time>
        {mayChange && !isEdited && (
          <span className="lakebook-comments-own">
            <button className="lakebook-comments-link" onClick={() => setEdited(true)}>
              {trans.__('Edit')}
            </button>
            <button className="lakebook-comments-link" onClick={() => void remove(trans, session, comment)}>
              {trans.__('Delete')}
            </button>
          </span>
        )}
      </header>
      {isEdited ? (
        <Composer
          trans={trans}
          label={trans.__('Edit the comment')}
          action={trans.__('Save')}
          people={people}
          text={session.unsent.get(comment.comment) ?? text}
          onType={typed => session.unsent.set(comment.comment, typed)}
          isFocused
          onSubmit={(changed, mentions) => {
            end();
            session.document.edit(comment, changed, mentions);
          }}
          onCancel={end}
        />
      ) : (
        <Text comment={comment} />
      )}
    </div>
  );
}

function Text({ comment: { text = '', mentions = [] } }: { comment: IComment }) {
  return (
    <p className="lakebook-comments-text">
      {splitMentions(text, mentions).map((piece, index) =>
        piece.person ? <mark key={index}>{piece.text}</mark> : <span key={index}>{piece.text}</span>
      )}
    </p>
  );
}

async function remove(trans: TranslationBundle, { document }: NotebookComments, comment: IComment): Promise<void> {
  const { button } = await showDialog({
    title: trans.__('Delete this comment?'),
    body: comment.text,
    buttons: [Dialog.cancelButton(), Dialog.warnButton({ label: trans.__('Delete') })]
  });
  if (button.accept) {
    document.remove(comment);
  }
}

function initials(name: string): string {
  const words = name.split(/\s+/).filter(word => word);
  return words
    .slice(0, 2)
    .map(word => [...word][0])
    .join('')
    .toUpperCase();
}

/** The hour if it was today, else the day. */
function shortTime(at: string): string {
  const date = new Date(at);
  return date.toDateString() === new Date().toDateString()
    ? date.toLocaleTimeString(undefined, { timeStyle: 'short' })
    : date.toLocaleDateString(undefined, { dateStyle: 'medium' });
}

/** A time as people of this place write it. */
export function time(at: string): string {
  return new Date(at).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' });
}
