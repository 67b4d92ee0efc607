import { Dialog, showDialog } from '@jupyterlab/apputils';
import type { INotebookTracker, NotebookPanel } from '@jupyterlab/notebook';
import { MenuSvg } from '@jupyterlab/ui-components';
import type { CommandRegistry } from '@lumino/commands';
import type { PartialJSONObject } from '@lumino/coreutils';

import { KERNELS, type ILanguage } from './cell.js';
import { MenuButton } from './menuButton';
import { NotebookLanguages } from './notebook';
import { withDefault } from './writing.js';

export namespace CommandIDs {
  export const setDefault = 'lakebook:set-default-language';
}

/** Databricks' own key in a notebook's metadata. */
const DATABRICKS = 'application/vnd.databricks.v1+notebook';

/** Let a change of a notebook's kernel, however it comes about, change what its cells say and not what they mean. */
export function keepMeaning(panel: NotebookPanel): void {
  const { sessionContext } = panel;
  const change = sessionContext.changeKernel.bind(sessionContext);
  sessionContext.changeKernel = options => {
    const after = KERNELS.get(options?.name ?? '');
    const before = NotebookLanguages.of(panel.content).byDefault;
    if (before && after && before !== after) {
      rewrite(panel, before, after, options!.name!);
    }
    return change(options);
  };
}

/** All at once, so that nobody sees cells of one default language in a notebook of another. No undo brings it back in part. */
function rewrite(panel: NotebookPanel, before: ILanguage, after: ILanguage, kernel: string): void {
  const { sharedModel } = panel.content.model!;
  const spec = panel.sessionContext.specsManager.specs?.kernelspecs[kernel];
  const databricks = sharedModel.getMetadata(DATABRICKS) as PartialJSONObject | undefined;
  sharedModel.transact(() => {
    for (const cell of sharedModel.cells) {
      if (cell.cell_type === 'code') {
        const source = cell.getSource();
        const changed = withDefault(source, before, after);
        if (changed !== source) {
          cell.setSource(changed);
        }
      }
    }
    sharedModel.setMetadata('kernelspec', {
      name: kernel,
      display_name: spec?.display_name ?? kernel,
      language: spec?.language ?? after.name
    });
    if (databricks) {
      sharedModel.setMetadata(DATABRICKS, { ...databricks, language: after.name });
    }
  }, false);
}

/** The commands that give the notebook in sight another default language. */
export function addDefaultCommands(commands: CommandRegistry, tracker: INotebookTracker): void {
  const current = () => tracker.currentWidget && NotebookLanguages.of(tracker.currentWidget.content).byDefault;
  commands.addCommand(CommandIDs.setDefault, {
    label: ({ kernel, inMenu }) => {
      const label = KERNELS.get(String(kernel))?.label ?? '';
      return inMenu ? label : `Default Language of the Notebook: ${label}`;
    },
    isEnabled: () => !!current() && !tracker.currentWidget?.content.model?.readOnly,
    isToggled: ({ kernel, inMenu }) => !!inMenu && KERNELS.get(String(kernel)) === current(),
    isToggleable: true,
    execute: async ({ kernel }) => {
      const panel = tracker.currentWidget;
      const language = KERNELS.get(String(kernel));
      if (panel && language && language !== current() && (await isWanted(language))) {
        await panel.sessionContext.changeKernel({ name: String(kernel) });
      }
    },
    describedBy: {
      args: {
        type: 'object',
        properties: {
          kernel: { type: 'string', enum: [...KERNELS.keys()] },
          inMenu: { type: 'boolean', description: 'Whether it is an item of the menu of languages' }
        },
        required: ['kernel']
      }
    }
  });
}

/** Ask, since all variables go with the kernel. */
async function isWanted(language: ILanguage): Promise<boolean> {
  const answer = await showDialog({
    title: `Change the default language to ${language.label}?`,
    body:
      'Every cell stays in its language: magics are written and removed where that is needed. ' +
      'The notebook gets a new kernel, and the variables of the old one are gone.',
    buttons: [Dialog.cancelButton(), Dialog.okButton({ label: 'Change' })]
  });
  return answer.button.accept;
}

/** In a notebook's toolbar: says its default language, and opens a menu of those it may have. */
export class DefaultLanguage extends MenuButton {
  constructor(
    private readonly _panel: NotebookPanel,
    commands: CommandRegistry
  ) {
    super('Default language of the notebook', () => this._open());
    this.addClass('lb-DefaultLanguage');
    this._menu = new MenuSvg({ commands });
    KERNELS.forEach((_, kernel) =>
      this._menu.addItem({ command: CommandIDs.setDefault, args: { kernel, inMenu: true } })
    );
    NotebookLanguages.of(_panel.content).changed.connect(this._show, this);
    this._show();
  }

  override dispose(): void {
    this._menu.dispose();
    super.dispose();
  }

  private _open(): void {
    const { left, bottom } = this.node.getBoundingClientRect();
    this._menu.open(left, bottom);
    this._menu.activeIndex = [...KERNELS.values()].indexOf(NotebookLanguages.of(this._panel.content).byDefault!);
  }

  private _show(): void {
    const language = NotebookLanguages.of(this._panel.content).byDefault;
    this.say(language, `Default: ${language?.label}`, !this._panel.content.model?.readOnly);
  }

  private readonly _menu: MenuSvg;
}
