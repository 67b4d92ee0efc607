import { CodeCell, type Cell } from '@jupyterlab/cells';
import type { INotebookTracker, Notebook } from '@jupyterlab/notebook';
import { MenuSvg } from '@jupyterlab/ui-components';
import type { CommandRegistry } from '@lumino/commands';
import type { Menu } from '@lumino/widgets';

import { LANGUAGES, named, type ILanguage } from './cell.js';
import { MenuButton } from './menuButton';
import { NotebookLanguages } from './notebook';
import { toLanguage } from './writing.js';

export namespace CommandIDs {
  export const set = 'lakebook:set-cell-language';
  export const choose = 'lakebook:choose-cell-language';
}

/** The commands by which cells get another language: those that are selected. */
export function addCommands(commands: CommandRegistry, tracker: INotebookTracker): void {
  const menu = new MenuSvg({ commands });
  menu.addClass('lb-LanguageMenu');
  LANGUAGES.forEach(({ name }) => menu.addItem({ command: CommandIDs.set, args: { language: name, inMenu: true } }));

  const cells = (): CodeCell[] => {
    const notebook = tracker.currentWidget?.content;
    return notebook ? editable(notebook, notebook.selectedCells) : [];
  };
  commands.addCommand(CommandIDs.set, {
    label: ({ language, inMenu }) => {
      const label = named(String(language))?.label ?? '';
      return inMenu ? label : `Language of the Cell: ${label}`;
    },
    isEnabled: () => cells().length > 0,
    isToggled: ({ language, inMenu }) =>
      !!inMenu && !!tracker.activeCell && languageOf(tracker.activeCell)?.name === language,
    isToggleable: true,
    execute: ({ language }) => cells().forEach(cell => setLanguage(cell, String(language))),
    describedBy: {
      args: {
        type: 'object',
        properties: {
          language: { type: 'string', enum: LANGUAGES.map(({ name }) => name) },
          inMenu: { type: 'boolean', description: 'Whether it is an item of the menu of languages' }
        },
        required: ['language']
      }
    }
  });
  commands.addCommand(CommandIDs.choose, {
    label: 'Choose the Language of the Cell…',
    isEnabled: () => cells().length > 0,
    execute: () => {
      const notebook = tracker.currentWidget?.content;
      if (notebook?.activeCell) {
        openAt(menu, notebook, notebook.activeCell);
      }
    },
    describedBy: { args: { type: 'object', properties: {} } }
  });
}

/** Open the menu at a cell's picker, or at the cell where no toolbar is shown; afterwards the cell has the focus again. */
function openAt(menu: Menu, notebook: Notebook, cell: Cell): void {
  const { mode } = notebook;
  const picker = cell.node.querySelector('.lb-LanguagePicker');
  const place = picker?.checkVisibility() ? picker : (cell.inputArea?.promptNode ?? cell.node);
  const { left, bottom } = place.getBoundingClientRect();
  const focusAgain = () => {
    menu.aboutToClose.disconnect(focusAgain);
    // what the menu does comes first
    requestAnimationFrame(() => {
      notebook.activate();
      notebook.mode = mode;
    });
  };
  menu.aboutToClose.connect(focusAgain);
  menu.open(left, bottom);
  menu.activeIndex = LANGUAGES.findIndex(language => language === languageOf(cell));
}

function languageOf(cell: Cell): ILanguage | undefined {
  return NotebookLanguages.of(cell.parent as Notebook).reading(cell)?.language;
}

function editable(notebook: Notebook, cells: readonly Cell[]): CodeCell[] {
  const languages = NotebookLanguages.of(notebook);
  return cells.filter(
    (cell): cell is CodeCell =>
      cell instanceof CodeCell && !!languages.byDefault && !cell.readOnly && !notebook.model?.readOnly
  );
}

function setLanguage(cell: CodeCell, name: string): void {
  const { byDefault } = NotebookLanguages.of(cell.parent as Notebook);
  const language = named(name);
  const { sharedModel } = cell.model;
  const edit = language && byDefault && toLanguage(sharedModel.getSource(), language, byDefault);
  if (edit) {
    sharedModel.transact(() => sharedModel.updateSource(edit.start, edit.end, edit.text));
  }
}

/** In a cell's toolbar: says its language, and opens the menu of languages. */
export class LanguagePicker extends MenuButton {
  constructor(
    private readonly _cell: Cell,
    commands: CommandRegistry
  ) {
    super('Language of the cell', () => void commands.execute(CommandIDs.choose));
    this.addClass('lb-LanguagePicker');
    NotebookLanguages.of(_cell.parent as Notebook).changed.connect(this._show, this);
    this._show();
  }

  private _show(): void {
    const language = languageOf(this._cell);
    const isEnabled = editable(this._cell.parent as Notebook, [this._cell]).length > 0;
    this.say(language, language?.label ?? '', isEnabled);
  }
}
