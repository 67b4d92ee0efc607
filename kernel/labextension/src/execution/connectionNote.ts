import type { TranslationBundle } from '@jupyterlab/translation';

/**
 * Says that the server does not answer.
 *
 * JupyterLab's notifications are loaded from the server when the first one is shown: too late for this one.
 */
export class ConnectionNote {
  constructor(trans: TranslationBundle) {
    this._node.className = 'lb-ConnectionNote';
    this._node.setAttribute('role', 'status');
    this._text = trans.__('The server does not answer. What you write is kept in this tab until it does.');
    document.body.appendChild(this._node);
  }

  show(): void {
    this._node.textContent = this._text;
  }

  hide(): void {
    this._node.textContent = '';
  }

  private readonly _text: string;
  private readonly _node = document.createElement('div');
}
