import { StateEffect, StateField, type Extension } from '@codemirror/state';
import { Decoration, EditorView, type DecorationSet } from '@codemirror/view';
import type { Cell } from '@jupyterlab/cells';
import { CodeMirrorEditor } from '@jupyterlab/codemirror';

import type { IRange } from './anchors';

/** A passage that a thread is about. */
export interface IHighlight extends IRange {
  thread: string;
}

const NONE = '[]';

const setHighlights = StateEffect.define<readonly IHighlight[]>();

const highlights = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update: (shown, { changes, effects }) => {
    const set = effects.find(effect => effect.is(setHighlights));
    return set ? decorate(set.value as readonly IHighlight[]) : shown.map(changes);
  },
  provide: field => EditorView.decorations.from(field)
});

function decorate(ranges: readonly IHighlight[]): DecorationSet {
  return Decoration.set(
    ranges.map(({ start, end, thread }) =>
      Decoration.mark({ class: 'lakebook-comments-passage', attributes: { 'data-thread': thread } }).range(start, end)
    ),
    true
  );
}

/** Marks passages in the editors of cells, and says which one is clicked. */
export class Highlights {
  constructor(private readonly _onClick: (thread: string) => void) {}

  /** Show these in a cell, if it has an editor at the moment. */
  show(cell: Cell, ranges: readonly IHighlight[]): void {
    const editor = cell.editor;
    const key = JSON.stringify(ranges);
    if (!(editor instanceof CodeMirrorEditor) || (this._shown.get(editor) ?? NONE) === key) {
      return;
    }
    if (!this._shown.has(editor)) {
      editor.injectExtension(this._extension);
    }
    this._shown.set(editor, key);
    const { length } = editor.state.doc;
    const effects = setHighlights.of(ranges.filter(({ end }) => end <= length));
    editor.editor.dispatch({ effects });
  }

  private get _extension(): Extension {
    const clicked = (event: MouseEvent) => {
      const passage = (event.target as Element).closest<HTMLElement>('.lakebook-comments-passage');
      if (passage?.dataset.thread) {
        this._onClick(passage.dataset.thread);
      }
    };
    return [highlights, EditorView.domEventHandlers({ click: clicked })];
  }

  private readonly _shown = new WeakMap<CodeMirrorEditor, string>();
}
