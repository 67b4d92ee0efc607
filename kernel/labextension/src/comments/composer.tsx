import type { TranslationBundle } from '@jupyterlab/translation';
import { useEffect, useId, useRef, useState, type KeyboardEvent } from 'react';

import { mentionedIn } from './people';
import type { IPerson } from './records';

interface IProps {
  trans: TranslationBundle;
  /** What the field is for. */
  label: string;
  /** What the button does. */
  action: string;
  people: () => IPerson[];
  /** What is there to begin with. */
  text?: string;
  /** Told of all that is typed; of no text when it is sent or discarded. */
  onType?: (text: string) => void;
  isFocused?: boolean;
  onSubmit: (text: string, mentions: IPerson[]) => void;
  onCancel?: () => void;
}

/** The name that is being typed after an @, up to the caret. */
const TYPED = /(?:^|[^\w])@([^\n@]{0,30})$/;

/** A field to write a comment in; people are completed after an @. */
export function Composer({ trans, label, action, people, text = '', onType, isFocused, onSubmit, onCancel }: IProps) {
  const [value, setValue] = useState(text);
  const [found, setFound] = useState<IPerson[]>([]);
  const [chosen, setChosen] = useState(0);
  const field = useRef<HTMLTextAreaElement>(null);
  const list = useId();
  const isEmpty = !value.trim();
  const type = (typed: string) => {
    setValue(typed);
    onType?.(typed);
  };

  useEffect(() => {
    if (isFocused) {
      field.current?.focus();
    }
  }, [isFocused]);

  const complete = (typed: string, caret: number) => {
    const name = TYPED.exec(typed.slice(0, caret))?.[1].toLowerCase();
    const matches = (person: IPerson) =>
      [person.name, person.username].some(each => each.toLowerCase().startsWith(name ?? '')) ||
      person.name.toLowerCase().includes(` ${name}`);
    setFound(name === undefined ? [] : people().filter(matches).slice(0, 8));
    setChosen(0);
  };

  const insert = (person: IPerson) => {
    const { current } = field;
    if (current) {
      // in the field itself, caret and all: set a frame later, the caret would jump in what is typed meanwhile
      const caret = current.selectionStart;
      const name = TYPED.exec(current.value.slice(0, caret))?.[1] ?? '';
      current.setRangeText(`${person.name} `, caret - name.length, caret, 'end');
      current.focus();
      type(current.value);
    }
    setFound([]);
  };

  const submit = () => {
    if (!isEmpty) {
      onSubmit(value.trim(), mentionedIn(value, people()));
      type('');
      setFound([]);
    }
  };

  const cancel = () => {
    onType?.('');
    onCancel?.();
  };

  const onListKey = (event: KeyboardEvent): boolean => {
    switch (event.key) {
      case 'ArrowDown':
        setChosen((chosen + 1) % found.length);
        return true;
      case 'ArrowUp':
        setChosen((chosen + found.length - 1) % found.length);
        return true;
      case 'Enter':
      case 'Tab':
        insert(found[chosen]);
        return true;
      case 'Escape':
        setFound([]);
        return true;
      default:
        return false;
    }
  };

  const onKey = (event: KeyboardEvent) => {
    if (found.length && !event.ctrlKey && !event.metaKey && onListKey(event)) {
      event.preventDefault();
    } else if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      submit();
    } else if (event.key === 'Escape') {
      cancel();
    }
    event.stopPropagation();
  };

  return (
    <div className="lakebook-comments-composer">
      <textarea
        ref={field}
        className="jp-mod-styled"
        rows={isFocused || value ? 3 : 1}
        value={value}
        aria-label={label}
        placeholder={label}
        title={trans.__('@ mentions a person, Ctrl Enter sends')}
        aria-autocomplete="list"
        aria-haspopup="listbox"
        aria-controls={list}
        aria-activedescendant={found.length ? `${list}-${chosen}` : undefined}
        onChange={event => {
          type(event.target.value);
          complete(event.target.value, event.target.selectionStart);
        }}
        onKeyDown={onKey}
        onBlur={() => setFound([])}
      />
      <ul id={list} role="listbox" aria-label={trans.__('People')} hidden={!found.length}>
        {found.map((person, index) => (
          <li
            key={person.username}
            id={`${list}-${index}`}
            role="option"
            aria-selected={index === chosen}
            onMouseDown={event => {
              event.preventDefault();
              insert(person);
            }}
          >
            {person.name}
          </li>
        ))}
      </ul>
      {(!isEmpty || onCancel) && (
        <div className="lakebook-comments-buttons">
          <button className="jp-mod-styled jp-mod-accept" disabled={isEmpty} onClick={submit}>
            {action}
          </button>
          {onCancel && (
            <button className="jp-mod-styled jp-mod-reject" onClick={cancel}>
              {trans.__('Cancel')}
            </button>
          )}
        </div>
      )}
    </div>
  );
}
