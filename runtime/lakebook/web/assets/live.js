// Keeps a page as the server has it: parts that changed are exchanged, the rest is left alone.

import { watchLogs } from "./log.js";
import { watchNotebooks } from "./notebook.js";

const BUSY = 1000;
const QUIET = 4000;
// how many times as long as the server took it is left alone
const REST = 10;

let etag = null;

function parts(root) {
  return [...root.querySelectorAll("[data-part]")];
}

// the token of a form is another one in every answer
function text(part) {
  return part.outerHTML.replaceAll(/name="_xsrf" value="[^"]*"/g, "");
}

const known = new Map(parts(document).map((part) => [part.dataset.part, text(part)]));

function exchange(part) {
  const old = document.querySelector(`[data-part="${part.dataset.part}"]`);
  if (!old || known.get(part.dataset.part) === text(part)) return;
  known.set(part.dataset.part, text(part));
  const focused = old.contains(document.activeElement) ? document.activeElement.id : "";
  const scrolled = old.querySelector(".graph")?.scrollLeft;
  old.replaceWith(document.adoptNode(part));
  if (scrolled) part.querySelector(".graph").scrollLeft = scrolled;
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
}

async function look() {
  const answer = await fetch(location.href, { cache: "no-store", headers: etag ? { "If-None-Match": etag } : {} });
  if (answer.redirected) return location.reload(); // to the login
  if (answer.status === 304 || !answer.ok) return;
  etag = answer.headers.get("ETag");
  parts(new DOMParser().parseFromString(await answer.text(), "text/html")).forEach(exchange);
}

async function follow() {
  const told = document.getElementById("connection");
  const began = performance.now();
  if (document.visibilityState === "visible") {
    try {
      await look();
      if (told.textContent) told.textContent = "";
      await Promise.all([watchLogs(), watchNotebooks()]);
    } catch {
      told.textContent = "The server does not answer";
    }
  }
  const pause = document.querySelector("[data-busy]") ? BUSY : QUIET;
  setTimeout(follow, Math.max(pause, REST * (performance.now() - began)));
}

watchLogs().catch(() => {});
setTimeout(follow, BUSY);
