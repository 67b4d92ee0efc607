import type { NotebookPanel } from '@jupyterlab/notebook';

import type { IThread } from './records';
import type { NotebookComments } from './session';

/** Show and select what a thread is about. */
export async function jump(panel: NotebookPanel, session: NotebookComments, thread: IThread): Promise<void> {
  const spot = session.place(thread);
  const index = session.cellIndex(spot?.cell);
  const notebook = panel.content;
  if (!spot || index < 0) {
    return;
  }
  notebook.deselectAll();
  notebook.activeCellIndex = index;
  await notebook.scrollToItem(index);
  panel.activate();
  await new Promise(requestAnimationFrame); // the focus goes to the cell first
  const cell = notebook.widgets[index];
  await cell.ready;
  if (spot.range && cell.editor && !cell.inputHidden) {
    const [start, end] = [spot.range.start, spot.range.end].map(offset => cell.editor!.getPositionAt(offset)!);
    notebook.mode = 'edit';
    cell.editor.setSelection({ start, end });
    cell.editor.revealSelection({ start, end });
    cell.editor.focus();
  } else {
    notebook.mode = 'command';
  }
}
