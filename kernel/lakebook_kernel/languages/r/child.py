"""The process that R runs in: ``python -m lakebook_kernel.languages.r.child CHANNEL CONTROL STDOUT STDERR``.

All four are file descriptors; the last two are the reading ends of its own standard output and error.

Requests come over the channel, one at a time; output goes back over it while a cell runs. The number of a cell, written
to the control pipe, interrupts that cell.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import signal
import socket
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import rpy2.rinterface as ri

from lakebook.config import ConfigError
from lakebook_kernel.languages.r.arrow import from_stream, to_stream
from lakebook_kernel.languages.r.channel import Block, Channel, Closed, Message
from lakebook_kernel.languages.r.console import Console, Name
from lakebook_kernel.languages.r.embedded import R, raw_memory
from lakebook_kernel.languages.r.forks import make_forks_safe
from lakebook_kernel.languages.r.forms import pack, unpack
from lakebook_kernel.languages.r.paths import LocalPaths
from lakebook_kernel.languages.r.stops import Stops
from lakebook_kernel.memory import given_back

if TYPE_CHECKING:
    from lakebook_kernel.languages.r.exchange import Exchange

Answer = tuple[dict[str, Any], list[Block]]


class Stopped(Exception):
    """The user has interrupted."""


class Forked(Exception):
    """This is a copy of R, which has no channel of its own."""


class Child:
    """Serves the kernel's requests with R, on the main thread."""

    def __init__(self, channel: Channel, control: int, pipes: Mapping[int, Name]) -> None:
        self._channel = channel
        self._process = os.getpid()
        self._exchange: Exchange | None = None
        #: R's variables that are copies of other languages'
        self._given: set[str] = set()
        # the other threads inherit this: the signal must break into the main thread's system call, none else's
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        self._console = Console(channel, pipes)
        self._stops = Stops(control, os.environ["TMPDIR"])
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
        self._r = R(self._console, self._quit)
        make_forks_safe()
        # only after R, for which rpy2 sets a handler of its own that raises in the middle of R's callbacks
        self._stops.answer_signals()
        emitters = (self._emit_table, self._emit_plot, self._emit_rich, self._emit_result)
        asking = (self._request, self._ask_verb, self._fetch_name, self._local_paths)
        for function in (*emitters, *asking, self._digest, self._is_same):
            self._r.define(function.__name__[1:], self._r.function(function))
        self._files = LocalPaths(Path.cwd())
        self._r.call("settings")
        self._values = self._r.addresses()
        channel.send({"kind": "ready"})

    def serve(self) -> None:
        """Answer requests until the kernel is gone."""
        kinds: dict[str, Callable[[Message], Answer]] = {
            "run": self._run,
            "complete": self._complete,
            "inspect": self._inspect,
            "completeness": self._completeness,
            "free": self._free,
            "take": self._take,
            "give": self._give,
            "withdraw": self._withdraw,
            "promise": self._promise,
            "known": self._known,
            "describe": self._describe,
            "packages": self._packages,
        }
        while True:
            try:
                asked = self._channel.receive()
            except Closed:
                return
            try:
                body, blocks = kinds[asked.kind](asked)
            except Exception as problem:  # whatever one request meets, R and its variables stay
                body, blocks = {"problem": str(problem) or repr(problem)}, []
            self._console.flush()
            self._channel.send({"kind": "answer", **body}, blocks)

    def _run(self, asked: Message) -> Answer:
        self._stops.begin(asked.body["cell"])
        code = asked.body["code"]
        try:
            number, autolog = ri.IntSexpVector([asked.body["cell"]]), ri.BoolSexpVector([asked.body["autolog"]])
            outcome = _dictionary(self._r.call("run_cell", _string(code), number, _strings(self._given), autolog))
        except ri.embedded.RRuntimeError as problem:
            # in our own R code, between two expressions
            outcome = {"status": "interrupted"} if self._stops.stopped else {"status": "error", "message": str(problem)}
        finally:
            self._stops.end()
        return {**outcome, **self._effects(code)}, []

    def _effects(self, code: str) -> dict[str, Any]:
        """Which variables the cell bound and removed, and what there is now."""
        before, held = self._values, self._r.held
        claimed = set(_texts(self._r.call("claim_changed", _strings(self._given))))
        self._values = self._r.addresses()
        sure, maybe, touched = map(_texts, self._r.call("assigned_names", _string(code)))
        # what R held has changed only if it lies elsewhere; anything else may have been changed in place
        changed = {name for name, address in self._values.items() if before.get(name) != address}
        bound = changed | claimed | (self._values.keys() & {*sure, *(set(maybe) - held)})
        bound |= self._r.alike(touched) - self._given
        self._given &= self._values.keys() - bound
        return {
            "bound": sorted(bound - {".Random.seed"}),
            "removed": sorted(before.keys() - self._values.keys()),
            "names": sorted(self._values),
            "functions": sorted(self._r.functions),
            "packages": _texts(self._r.call("attached_packages")),
        }

    def _complete(self, asked: Message) -> Answer:
        token, matches, kinds = self._r.call("complete_code", _string(asked.body["code"]))
        return {"token": _text(token), "matches": list(matches), "kinds": list(kinds)}, []

    def _inspect(self, asked: Message) -> Answer:
        text = self._r.call("inspect_topic", _string(asked.body["topic"]))
        return {"text": None if text is ri.NULL else _text(text)}, []

    def _completeness(self, asked: Message) -> Answer:
        return {"status": _text(self._r.call("completeness", _string(asked.body["code"])))}, []

    def _free(self, asked: Message) -> Answer:
        return {"names": _texts(self._r.call("free_names", _string(asked.body["code"])))}, []

    def _known(self, asked: Message) -> Answer:
        return {"known": bool(self._r.call("is_known", _string(asked.body["name"]))[0])}, []

    def _describe(self, asked: Message) -> Answer:
        columns = map(_texts, self._r.call("describe_variables"))
        return dict(zip(("names", "types", "sizes", "glances"), columns, strict=True)), []

    def _packages(self, asked: Message) -> Answer:
        return {"packages": _texts(self._r.call("loaded_packages"))}, []

    @given_back()
    def _take(self, asked: Message) -> Answer:
        name = asked.body["name"]
        if name not in self._values:
            return {"unbound": name}, []
        exchange = self._exchanging()
        with self._stoppable(asked):
            form = exchange.from_r(self._r.base("get", _string(name), ri.globalenv))
        return {"notes": exchange.notes}, pack(form)

    @given_back()
    def _give(self, asked: Message) -> Answer:
        """Bind a name, once its value is whole."""
        exchange = self._exchanging()
        with self._stoppable(asked):
            value = exchange.to_r(unpack(asked.blocks))
            self._go_on()
            # rpy2's own assignment would copy the value
            self._r.base("assign", _string(asked.body["name"]), value, ri.globalenv)
            self._given.add(asked.body["name"])
        self._values = self._r.addresses()
        return {"notes": exchange.notes}, []

    def _withdraw(self, asked: Message) -> Answer:
        self._r.call("withdraw_name", _string(asked.body["name"]))
        self._given.discard(asked.body["name"])
        self._values = self._r.addresses()
        return {}, []

    def _promise(self, asked: Message) -> Answer:
        names, given = asked.body["names"], asked.body["given"]
        self._r.call("promise_names", *_numbered(names), *_numbered(given))
        if given:
            self._given -= given.keys()
            self._values = self._r.addresses()
        return {}, []

    @contextmanager
    def _stoppable(self, asked: Message) -> Iterator[None]:
        """Within it an interrupt of this request ends what R does, or what ``_go_on`` is called in."""
        self._stops.begin(asked.body["cell"])
        try:
            yield
        except ri.embedded.RRuntimeError:
            if self._stops.stopped:
                raise Stopped from None
            raise
        finally:
            self._stops.end()

    def _go_on(self) -> None:
        if self._stops.stopped:
            raise Stopped

    def _exchanging(self) -> Exchange:
        if self._exchange is None:
            from lakebook_kernel.languages.r.exchange import Exchange

            self._exchange = Exchange(self._r, self._go_on)
        self._exchange.notes = []
        return self._exchange

    # ------------------------------------------------- what our R code calls

    def _emit_table(self, names: Any, types: Any, columns: Any, more: Any, total: Any) -> ri.Sexp:
        texts = [[None if value is ri.NA_Character else value for value in column] for column in columns]
        table = {
            "columns": [{"name": name, "type": kind} for name, kind in zip(_texts(names), _texts(types), strict=True)],
            "rows": list(zip(*texts, strict=True)),
            "more": bool(more[0]),
            "total": None if total[0] is ri.NA_Integer else total[0],
        }
        return self._emit({"kind": "table", "table": table})

    def _emit_plot(self, file: Any, mime: Any, page: Any, again: Any, width: Any, height: Any) -> ri.Sexp:
        size = [float(width[0]), float(height[0])]
        body = {"kind": "plot", "mime": _text(mime), "page": page[0], "again": bool(again[0]), "size": size}
        return self._emit(body, [Path(_text(file)).read_bytes()])

    def _emit_rich(self, types: Any, texts: Any) -> ri.Sexp:
        return self._emit({"kind": "display", "data": dict(zip(_texts(types), _texts(texts), strict=True))})

    def _emit_result(self, lines: Any) -> ri.Sexp:
        """The cell's value as R prints it; nothing where it prints nothing, as a plot does."""
        if not len(lines):
            return ri.BoolSexpVector([True])
        return self._emit({"kind": "result", "data": {"text/plain": "\n".join(_texts(lines))}})

    def _emit(self, body: dict[str, Any], blocks: list[Block] | None = None) -> ri.Sexp:
        if os.getpid() != self._process:
            message = "A forked R (as of mclapply) cannot show this in the notebook: return it, and show it there."
            return _refusal({"status": "error", "message": message})
        self._send(body, blocks or [])
        return ri.BoolSexpVector([True])  # rpy2 cannot hand R's NULL back

    def _send(self, body: dict[str, Any], blocks: list[Block]) -> None:
        self._console.flush()
        self._channel.send(body, blocks)

    def _request(self, what: Any, names: Any, values: Any, frame: Any) -> ri.Sexp:
        """Ask the kernel for something of Spark's and wait; what goes wrong comes back as a list with ``status``."""
        exchange = self._exchanging()
        try:
            arguments = {} if names is ri.NULL else dict(zip(_texts(names), _texts(values), strict=True))
            blocks: list[Block] = [] if frame is ri.NULL else [to_stream(exchange.frame_from_r(frame))]
            answer = self._asked(_text(what), arguments, blocks)
            if "status" in answer.body:
                return _refusal(answer.body)
            value = exchange.frame_to_r(from_stream(answer.blocks[0])) if answer.blocks else ri.NULL
            return _r_list({"value": value, "notes": ri.StrSexpVector(exchange.notes)})
        except Stopped:
            return _r_list({"status": _string("interrupted")})
        except (Forked, TypeError) as problem:
            return _refusal({"status": "error", "name": "exchangeError", "message": str(problem)})

    def _ask_verb(self, what: Any, verb: Any, arguments: Any) -> ri.Sexp:
        """Ask the kernel for a verb of MLflow's or SparkR's, or a function of ``dbutils``, and wait.

        ``arguments`` is a list, and so is the answer.
        """
        from lakebook_kernel.languages.r.exchange import Exchange

        exchange = Exchange(self._r, lambda: None)  # a run's end is told also after an interrupt
        try:
            answer = self._asked(_text(what), {"verb": _text(verb)}, pack(exchange.from_r(arguments)))
            if "status" in answer.body:
                return _refusal(answer.body)
            return _r_list({"value": exchange.to_r(unpack(answer.blocks))})
        except Stopped:
            return _r_list({"status": _string("interrupted")})
        except (Forked, TypeError) as problem:
            return _refusal({"status": "error", "message": str(problem)})

    @given_back()
    def _fetch_name(self, name: Any, held: Any) -> ri.Sexp:
        """Ask the kernel for the value of a promised name and wait; ``unchanged`` when it is the one that is held."""
        exchange = self._exchanging()
        try:
            answer = self._asked("name", {"name": _text(name), "held": int(held[0])}, [])
            if "status" in answer.body:
                return _refusal(answer.body)
            if "unchanged" in answer.body:
                return _r_list({"unchanged": ri.BoolSexpVector([True])})
            notes = answer.body["notes"]
            value = exchange.to_r(unpack(answer.blocks))
            return _r_list({"value": value, "notes": ri.StrSexpVector([*notes, *exchange.notes])})
        except Stopped:
            return _r_list({"status": _string("interrupted")})
        except Forked:
            advice = f"use it once before, as in force({_text(name)})"
            message = f"{_text(name)} is not in R yet, and a forked R (as of mclapply) cannot fetch it: {advice}."
            return _refusal({"status": "error", "message": message})
        except TypeError as problem:
            return _refusal({"status": "error", "message": f"{_text(name)} has no form in R: {problem}"})

    def _asked(self, what: str, arguments: dict[str, Any], blocks: list[Block]) -> Message:
        if os.getpid() != self._process:
            raise Forked("A forked R (as of mclapply) cannot ask the notebook: ask before, and give it the answer.")
        self._send({"kind": "request", "what": what, "arguments": arguments}, blocks)
        return self._channel.receive()

    def _local_paths(self, paths: Any) -> ri.Sexp:
        try:
            return _r_list({"paths": _strings(self._files.lead(_texts(paths)))})
        except ConfigError as problem:
            return _refusal({"message": str(problem)})

    def _digest(self, data: Any) -> ri.Sexp:
        return _string(hashlib.blake2b(raw_memory(data), digest_size=16).hexdigest())

    def _is_same(self, one: Any, other: Any) -> ri.Sexp:
        """Whether both are one object of R's."""
        return ri.BoolSexpVector([one.__sexp__._cdata == other.__sexp__._cdata])

    def _quit(self, status: int) -> None:
        if os.getpid() != self._process:
            os._exit(status)
        self._send({"kind": "quit", "status": status}, [])
        os._exit(0)


def _string(text: str) -> ri.StrSexpVector:
    return ri.StrSexpVector([text])


def _strings(texts: Iterable[str]) -> ri.StrSexpVector:
    return ri.StrSexpVector(list(texts))


def _numbered(names: Mapping[str, int]) -> tuple[ri.Sexp, ri.Sexp]:
    return _strings(names), ri.FloatSexpVector(list(names.values()))


def _text(vector: Any) -> str:
    return str(vector[0])


def _texts(vector: Any) -> list[str]:
    return [str(value) for value in vector]


def _r_list(items: dict[str, ri.Sexp]) -> ri.ListSexpVector:
    made = ri.ListSexpVector(list(items.values()))
    made.do_slot_assign("names", ri.StrSexpVector(list(items)))
    return made


def _refusal(body: dict[str, Any]) -> ri.Sexp:
    return _r_list({key: _string(str(body.get(key, ""))) for key in ("status", "name", "message")})


def _dictionary(vector: Any) -> dict[str, Any]:
    """A named R list of plain vectors: the known fields of an outcome."""
    many = {"trace", "trace_lines"}
    result: dict[str, Any] = {}
    for name, value in zip(vector.names, vector, strict=True):
        items = [None if item is ri.NA_Integer or item is ri.NA_Character else item for item in value]
        result[name] = items if name in many else items[0]
    return result


def main() -> None:
    """Serve the kernel until it closes the channel; the arguments are the inherited descriptors, in order."""
    files = [int(argument) for argument in sys.argv[1:]]
    for file in files:
        os.set_inheritable(file, False)
    channel, control, stdout, stderr = files
    try:
        Child(Channel(socket.socket(fileno=channel)), control, {stdout: "stdout", stderr: "stderr"}).serve()
    finally:  # nobody else does when the kernel was killed
        shutil.rmtree(os.environ["TMPDIR"], ignore_errors=True)


if __name__ == "__main__":
    main()
