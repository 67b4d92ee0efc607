import { ReactWidget } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { YNotebook } from '@jupyter/ydoc';

import { Comments } from './comments';
import { commentIcon } from './icon';
import type { Sessions } from './sessions';

/** The panel with the comments of the notebook that was used last. */
export class CommentsPanel extends ReactWidget {
  constructor(
    private readonly _sessions: Sessions,
    private readonly _everybody: YNotebook['awareness'] | null,
    private readonly _trans: TranslationBundle,
    private readonly _shortcut: () => string
  ) {
    super();
    this.id = 'lakebook-comments';
    this.title.icon = commentIcon;
    this.title.caption = _trans.__('Comments');
    this.addClass('lakebook-comments');
    this.node.setAttribute('role', 'region');
    this.node.setAttribute('aria-label', _trans.__('Comments'));
    _sessions.changed.connect(() => this.update());
  }

  protected override render() {
    const { current, panel, problem, isPossible } = this._sessions;
    if (current && panel) {
      return (
        <Comments
          key={panel.id}
          session={current}
          panel={panel}
          everybody={this._everybody}
          trans={this._trans}
          shortcut={this._shortcut()}
        />
      );
    }
    return <p className="lakebook-comments-note">{this._why(panel !== null, isPossible, problem)}</p>;
  }

  private _why(isNotebook: boolean, isPossible: boolean, problem: string | null): string {
    if (!isNotebook) {
      return this._trans.__('Open a notebook to see its comments.');
    }
    if (!isPossible) {
      return this._trans.__('This notebook cannot have comments: they need a server on which people work together.');
    }
    return problem === null
      ? this._trans.__('Comments are being loaded.')
      : this._trans.__('The comments could not be loaded: %1', problem);
  }
}
