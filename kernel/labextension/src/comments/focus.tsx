import { useEffect, useRef, type FocusEvent, type ReactNode } from 'react';

/**
 * Keeps the focus in the panel when what has it goes: a thread that is resolved, a field whose text was saved.
 *
 * It goes to the same thread, or to the one that takes its place, else to the first button.
 */
export function KeptFocus({ children }: { children: ReactNode }) {
  const node = useRef<HTMLDivElement>(null);
  const last = useRef<{ element: HTMLElement; thread: number } | null>(null);

  useEffect(() => {
    const { element, thread } = last.current ?? {};
    if (element && !element.isConnected && document.activeElement === document.body) {
      const threads = threadsIn(node.current!);
      const next = threads[Math.min(Math.max(thread!, 0), threads.length - 1)] ?? node.current!.querySelector('button');
      last.current = null;
      next?.focus();
    }
  });

  const onFocus = ({ target }: FocusEvent<HTMLElement>) => {
    const thread = target.closest<HTMLElement>('article');
    last.current = { element: target, thread: thread ? threadsIn(node.current!).indexOf(thread) : 0 };
  };
  const onBlur = ({ target }: FocusEvent<HTMLElement>) => {
    // what was left on purpose is still there when the browser has come to rest
    setTimeout(() => {
      if (target.isConnected && last.current?.element === target && document.activeElement !== target) {
        last.current = null;
      }
    });
  };
  return (
    <div className="lakebook-comments-focus" ref={node} onFocus={onFocus} onBlur={onBlur}>
      {children}
    </div>
  );
}

function threadsIn(node: HTMLElement): HTMLElement[] {
  return Array.from(node.querySelectorAll<HTMLElement>('article'));
}
