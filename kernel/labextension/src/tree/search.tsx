import { searchIcon } from '@jupyterlab/ui-components';
import type { ReactNode } from 'react';

export interface ISearchProps {
  readonly label: string;
  readonly words: string;
  /** Buttons beside the field. */
  readonly children?: ReactNode;
  search(words: string): void;
}

/** The field above a tree, which it narrows down. Escape empties it; the arrow down leads into the tree. */
export function Search({ label, words, search, children }: ISearchProps): JSX.Element {
  return (
    <div className="lb-Search">
      <div className="lb-Search-field">
        <searchIcon.react tag="span" className="lb-Search-icon" />
        <input
          type="search"
          className="lb-Search-input"
          aria-label={label}
          placeholder={label}
          value={words}
          spellCheck={false}
          onChange={event => search(event.target.value)}
          onKeyDown={event => {
            if (event.key === 'Escape' && words) {
              search('');
            } else if (event.key === 'ArrowDown') {
              const panel = event.currentTarget.closest('.lb-Panel');
              panel?.querySelector<HTMLElement>('[role="treeitem"][tabindex="0"]')?.focus();
            } else {
              return;
            }
            event.preventDefault();
            event.stopPropagation();
          }}
        />
      </div>
      {children}
    </div>
  );
}

/** Whether all the words are somewhere in these texts. */
export function fits(words: string, ...texts: string[]): boolean {
  const text = texts.join(' ').toLowerCase();
  return words
    .toLowerCase()
    .split(/\s+/)
    .every(word => text.includes(word));
}
