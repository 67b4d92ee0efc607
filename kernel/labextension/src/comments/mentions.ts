import { Notification } from '@jupyterlab/apputils';
import { PathExt } from '@jupyterlab/coreutils';
import type { TranslationBundle } from '@jupyterlab/translation';

import type { IComment } from './records';
import type { NotebookComments } from './session';

/** Tell a person who is mentioned while the notebook is open. */
export function announceMentions(session: NotebookComments, trans: TranslationBundle): void {
  const mine = (): IComment[] =>
    session.threads
      .flatMap(({ comments }) => comments)
      .filter(comment => !comment.deleted && session.mentionsMe(comment) && !session.isMine(comment));
  const known = new Set(mine().map(({ comment }) => comment));
  session.changed.connect(() => {
    for (const { comment, thread, by } of mine()) {
      if (!known.has(comment)) {
        known.add(comment);
        const label = trans.__('Show');
        Notification.info(trans.__('%1 mentions you in %2', by.name, PathExt.basename(session.context.path)), {
          autoClose: false,
          actions: [{ label, callback: () => session.show(thread) }]
        });
      }
    }
  });
}
