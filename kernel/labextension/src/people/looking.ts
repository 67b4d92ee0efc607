import type { DocumentRegistry, IDocumentWidget } from '@jupyterlab/docregistry';
import type { NotebookPanel } from '@jupyterlab/notebook';
import type { CodeEditor } from '@jupyterlab/codeeditor';
import { Widget } from '@lumino/widgets';

/** The part of a text editor that is meant here. */
type FileEditor = Widget & { editor: CodeEditor.IEditor };

const NOTE = 'Read only: you see what others do, live';

/**
 * Show documents read only, if that is all that the server allows.
 *
 * It is the server that keeps a viewer from changing anything. This keeps the page from pretending otherwise.
 */
export function onlyLook(registry: DocumentRegistry, looks: Promise<boolean>): void {
  registry.addWidgetExtension('Notebook', {
    createNew: (widget, context) => {
      const panel = widget as unknown as NotebookPanel;
      const { sessionContext } = context;
      const preference = sessionContext.kernelPreference;
      // until it is known, start none: who may is asked for one right after
      sessionContext.kernelPreference = { ...preference, shouldStart: false };
      void looks.then(only => {
        if (!only) {
          sessionContext.kernelPreference = preference;
          return;
        }
        sessionContext.kernelPreference = {
          ...preference,
          shouldStart: false,
          canStart: false,
          autoStartDefault: false
        };
        note(panel);
        void context.ready.then(() => {
          const lock = () => panel.content.widgets.forEach(cell => (cell.readOnly = true));
          lock();
          panel.content.modelContentChanged.connect(lock);
        });
      });
    }
  });
  registry.addWidgetExtension('Editor', {
    createNew: widget => {
      void looks.then(only => {
        if (only) {
          const document = widget as unknown as IDocumentWidget<FileEditor>;
          document.content.editor.setOption('readOnly', true);
          note(document);
        }
      });
    }
  });
}

/** Say in a document's toolbar that it is read only. */
function note(widget: IDocumentWidget): void {
  const label = new Widget();
  label.addClass('lakebook-looking');
  label.node.textContent = NOTE;
  label.node.setAttribute('role', 'status');
  widget.toolbar.insertItem(0, 'lakebook-looking', label);
}
