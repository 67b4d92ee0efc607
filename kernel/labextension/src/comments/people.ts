import type { YNotebook } from '@jupyter/ydoc';

import { compare, type IPerson } from './records';
import type { NotebookComments } from './session';

type Awareness = YNotebook['awareness'];

/** Those who may be mentioned: who is here now, and who has written or been mentioned before. */
export function knownPeople(session: NotebookComments, everybody: Awareness | null): IPerson[] {
  const found = new Map<string, IPerson>();
  const add = (person?: IPerson) => {
    if (person?.username && person.name && !found.has(person.username)) {
      found.set(person.username, person);
    }
  };
  for (const awareness of [everybody, (session.context.model.sharedModel as YNotebook).awareness]) {
    awareness?.getStates().forEach(state => add(personOf(state.user)));
  }
  for (const { comments } of session.threads) {
    for (const { by, mentions = [] } of comments) {
      [by, ...mentions].forEach(add);
    }
  }
  return [...found.values()].sort((a, b) => compare(a.name, b.name));
}

/** Those whose names a text has after an @. */
export function mentionedIn(text: string, people: readonly IPerson[]): IPerson[] {
  return splitMentions(text, people)
    .map(({ person }) => person)
    .filter((person, index, all): person is IPerson => person !== undefined && all.indexOf(person) === index)
    .map(({ username, name }) => ({ username, name }));
}

/** A text in pieces, each of which mentions one person or nobody. The longest name counts. */
export function splitMentions(text: string, people: readonly IPerson[]): { text: string; person?: IPerson }[] {
  const names = [...people].sort((a, b) => b.name.length - a.name.length);
  const pieces: { text: string; person?: IPerson }[] = [];
  let plain = 0;
  for (let at = text.indexOf('@'); at >= 0; at = text.indexOf('@', at + 1)) {
    const person = names.find(
      ({ name }) => text.startsWith(name, at + 1) && !/\w/.test(text[at + 1 + name.length] ?? '')
    );
    if (person && !/\w/.test(text[at - 1] ?? '')) {
      const end = at + 1 + person.name.length;
      pieces.push({ text: text.slice(plain, at) }, { text: text.slice(at, end), person });
      plain = end;
    }
  }
  return [...pieces, { text: text.slice(plain) }].filter(piece => piece.text);
}

function personOf(user: unknown): IPerson | undefined {
  const { username, display_name, name, color } = (user ?? {}) as { [field: string]: string | undefined };
  return username ? { username, name: display_name || name || username, color } : undefined;
}
