import { toggleComment } from '@codemirror/commands';
import { syntaxTree } from '@codemirror/language';
import { EditorSelection, Prec, type Extension, type StateCommand } from '@codemirror/state';
import { keymap } from '@codemirror/view';

/**
 * Makes comments of the code, and of nothing before it, where more than the code is selected, such as a whole cell:
 * CodeMirror asks what stands first, and a magic can be made no comment.
 */
const toggleCommentOfCode: StateCommand = ({ state, dispatch }) => {
  const magic = syntaxTree(state).topNode.getChild('Magic');
  if (!magic) {
    return false;
  }
  const begins = state.doc.lineAt(magic.to).to + 1;
  const reaches = state.selection.ranges.some(({ from, to }) => from < begins && to >= begins);
  if (!reaches) {
    return false;
  }
  const inCode = state.selection.ranges
    .filter(({ to }) => to >= begins)
    .map(({ from, to }) => EditorSelection.range(Math.max(from, begins), to));
  const selected = state.update({ selection: EditorSelection.create(inCode) }).state;
  return toggleComment({
    state: selected,
    dispatch: ({ changes }) => dispatch(state.update({ changes, userEvent: 'comment', scrollIntoView: true }))
  });
};

/** For cells with a magic. */
export const commentKeys: Extension = Prec.high(keymap.of([{ key: 'Mod-/', run: toggleCommentOfCode }]));
