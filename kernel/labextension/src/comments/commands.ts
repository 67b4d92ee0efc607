import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { NotebookPanel } from '@jupyterlab/notebook';
import type { TranslationBundle } from '@jupyterlab/translation';

import type { IRange } from './anchors';
import { commentIcon } from './icon';
import { jump } from './jump';
import { isResolved } from './records';
import type { Sessions } from './sessions';

type Commands = JupyterFrontEnd['commands'];

const COMMENT = 'lakebook:comment';
const NEXT = 'lakebook:next-comment';
const SHOW = 'lakebook:show-comments';

/** How to begin a thread by the keyboard. */
export function shortcut(commands: Commands): string {
  const binding = commands.keyBindings.find(({ command }) => command === COMMENT);
  return (binding?.keys.join(' ') ?? '').replaceAll(' ', '+');
}

/** Begin a thread, go from one to the next, bring up the panel. */
export function addCommands(commands: Commands, sessions: Sessions, trans: TranslationBundle, show: () => void): void {
  commands.addCommand(COMMENT, {
    label: trans.__('Comment'),
    caption: trans.__('Begin a thread on the cell, or on what is selected in it'),
    icon: ({ toolbar }) => (toolbar ? commentIcon : undefined),
    isEnabled: () => sessions.current !== null && !sessions.current.isReadOnly,
    execute: () => {
      const { panel, current } = sessions;
      if (panel && current) {
        current.compose(panel.content.activeCellIndex, selection(panel));
      }
    },
    describedBy: { args: { type: 'object', properties: { toolbar: { type: 'boolean' } } } }
  });
  commands.addCommand(NEXT, {
    label: trans.__('Go to Next Comment'),
    caption: trans.__('Select the next cell that has an open thread'),
    isEnabled: () => sessions.current !== null,
    execute: () => next(sessions),
    describedBy: { args: { type: 'object', properties: {} } }
  });
  commands.addCommand(SHOW, {
    label: trans.__('Show Comments'),
    icon: commentIcon,
    execute: show,
    describedBy: { args: { type: 'object', properties: {} } }
  });
  sessions.changed.connect(() => [COMMENT, NEXT].forEach(command => commands.notifyCommandChanged(command)));
}

/** What is selected in the active cell. */
function selection({ content: { activeCell } }: NotebookPanel): IRange | undefined {
  const editor = activeCell?.editor;
  if (!editor) {
    return undefined;
  }
  const { start, end } = editor.getSelection();
  const offsets = [editor.getOffsetAt(start), editor.getOffsetAt(end)];
  return { start: Math.min(...offsets), end: Math.max(...offsets) };
}

async function next({ panel, current }: Sessions): Promise<void> {
  if (panel && current) {
    const at = panel.content.activeCellIndex;
    const found = current.threads.filter(thread => !isResolved(thread) && current.place(thread));
    const thread = found.find(each => current.cellIndex(current.place(each)?.cell) > at) ?? found[0];
    if (thread) {
      await jump(panel, current, thread);
    }
  }
}
