// Logs, of which only what is new is fetched.

const COLOUR = /\x1b\[[0-9;?]*[A-Za-z]/g;
const read = new WeakMap();

export async function watchLogs() {
  for (const log of document.querySelectorAll("[data-log]")) {
    const state = read.get(log) ?? { next: 0, decoder: new TextDecoder() };
    read.set(log, state);
    const isAtEnd = log.scrollTop + log.clientHeight >= log.scrollHeight - 4;
    for (;;) {
      const answer = await fetch(`${log.dataset.log}?from=${state.next}`, { cache: "no-store" });
      if (!answer.ok) break;
      const bytes = await answer.arrayBuffer();
      if (!bytes.byteLength) break;
      state.next += bytes.byteLength;
      log.append(state.decoder.decode(bytes, { stream: true }).replaceAll(COLOUR, ""));
    }
    if (isAtEnd) log.scrollTop = log.scrollHeight;
  }
}
