import { Widget } from '@lumino/widgets';

import type { ILanguage } from './cell.js';

/** A button of a toolbar that says a language and opens a menu of languages. */
export class MenuButton extends Widget {
  /**
   * @param what - that has this language, in words
   * @param open - opens the menu
   */
  constructor(
    private readonly _what: string,
    open: () => void
  ) {
    super();
    this.addClass('lb-LanguageButton');
    this._button.type = 'button';
    this._button.setAttribute('aria-haspopup', 'menu');
    this._button.onclick = open;
    this.node.append(this._button);
  }

  /** Say a language; without one there is no button. */
  say(language: ILanguage | undefined, text: string, isEnabled: boolean): void {
    this.setHidden(!language);
    if (language) {
      const name = `${this._what}: ${language.label}`;
      this.node.dataset.lakebookLanguage = language.name;
      this._button.textContent = text;
      this._button.disabled = !isEnabled;
      this._button.setAttribute('aria-label', name);
      this._button.title = isEnabled ? `${name}. Click to choose another one.` : name;
    }
  }

  private readonly _button = document.createElement('button');
}
