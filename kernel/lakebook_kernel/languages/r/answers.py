"""What R asks while it works, and the answers: of Spark, MLflow and dbutils, for a name, for a typed line."""

from __future__ import annotations

from typing import Any

from lakebook_kernel.errors import explain
from lakebook_kernel.languages.base import UNCHANGED, CellError, Language
from lakebook_kernel.languages.r.channel import Block, Message
from lakebook_kernel.languages.r.failures import no_form
from lakebook_kernel.languages.r.forms import pack, unpack
from lakebook_kernel.languages.r.spark import SparkRequests
from lakebook_kernel.memory import given_back

Answer = tuple[dict[str, Any], list[Block]]


class Answers:
    """What R may ask of the notebook; ``language`` knows the host and the names that were promised."""

    def __init__(self, language: Language) -> None:
        self._language = language
        self._host = language.host
        self._spark = SparkRequests(language.host)

    def to(self, asked: Message) -> Answer:
        """The answer's body and blocks. Raises ``KeyboardInterrupt`` when the user stops it."""
        arguments = asked.body.get("arguments", {})
        match asked.body["what"]:
            case "input":
                return self._ask_user(**arguments)
            case "name":
                return self._send_name(**arguments)
            case "mlflow":
                return self._track(arguments["verb"], asked.blocks)
            case "dbutils":
                return self._call_dbutils(arguments["verb"], asked.blocks)
            case _:
                with self._host.waiting(self._stop):
                    return self._spark.serve(asked)

    def trace(self, message: str) -> str:
        """The whole story of a failure of Spark's that R tells by this message; empty when it is none."""
        return self._spark.trace(message)

    def forget(self) -> None:
        """R has ended, and with it what it held of Spark's."""
        self._spark.forget()

    @staticmethod
    def concludes(asked: Message) -> bool:
        """Whether it is to be answered even when the user has interrupted: an end of what was begun."""
        return bool(asked.body["what"] == "mlflow" and asked.body["arguments"]["verb"] == "end_run")

    def _stop(self) -> None:
        self._host.if_attached(lambda notebook: notebook.interrupt(), None)  # else there is nothing to stop

    def _ask_user(self, prompt: str, hidden: str) -> Answer:
        try:
            line = self._host.ask(prompt, hidden=hidden == "TRUE")
        except CellError as error:
            return {"status": "error", "name": error.ename, "message": error.evalue}, []
        import pyarrow

        from lakebook_kernel.languages.r.arrow import to_stream

        return {}, [to_stream(pyarrow.table({"line": [line]}))]

    def _track(self, verb: str, blocks: list[Block]) -> Answer:
        """One of MLflow's verbs; its arguments and its answer are dictionaries."""
        from lakebook_kernel.languages.r.decode import decode
        from lakebook_kernel.languages.r.encode import encode

        tracking = self._language.tracking
        if tracking is None:
            return {"status": "error", "message": "This notebook keeps no runs."}, []
        try:
            return {}, pack(encode(tracking.answer(verb, decode(unpack(blocks)) or {}), []))
        except CellError as error:
            return {"status": "error", "message": error.evalue}, []
        except Exception as error:  # R waits for an answer, whatever MLflow meets
            return {"status": "error", "message": f"MLflow's {verb} failed: {type(error).__name__}: {error}"}, []

    def _call_dbutils(self, name: str, blocks: list[Block]) -> Answer:
        """A function of ``dbutils``; its arguments are a list, its answer is what JSON has."""
        from lakebook_kernel.databricks.errors import NotebookExit
        from lakebook_kernel.languages.r.decode import decode
        from lakebook_kernel.languages.r.encode import encode

        dbutils = self._language.dbutils
        if dbutils is None:
            return {"status": "error", "name": "DbutilsError", "message": "This notebook has no dbutils."}, []
        try:
            arguments = [self._spark.frame_meant(one) for one in decode(unpack(blocks)) or []]
            return {}, pack(encode(dbutils.call(name, arguments), []))
        except NotebookExit as ended:
            return {"status": "exit", "message": ended.value}, []
        except CellError as error:
            return {"status": "error", "name": error.ename, "message": error.evalue}, []
        except Exception as error:  # R waits for an answer, whatever it was
            return {"status": "error", "name": type(error).__name__, "message": str(error)}, []

    @given_back()
    def _send_name(self, name: str, held: int) -> Answer:
        """The value of a promised name, or the reason why R does not get it."""
        from lakebook_kernel.languages.r.encode import encode

        notes: list[str] = []
        try:
            value = self._language.lookup(name, held)
        except KeyError:
            return {"status": "error", "message": f"{name} is gone: no language has a variable of that name."}, []
        except CellError as error:
            return {"status": "error", "name": error.ename, "message": error.evalue}, []
        except Exception as error:  # of Spark, which computes the value only now
            told = explain(error)
            return {"status": "error", "message": told.evalue if told else f"{name}: {error}"}, []
        if value is UNCHANGED:
            return {"unchanged": True}, []
        try:
            return {"notes": notes}, pack(encode(value, notes))
        except TypeError as problem:
            home = self._language.home(name)
            message = f"{name} lives in {home} and cannot come: {no_form(name, value, str(problem))}"
            return {"status": "error", "message": message}, []
