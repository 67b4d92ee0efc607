"""Fits record themselves: MLflow's autologging, switched on when a library that it knows is imported."""

from __future__ import annotations

from collections.abc import Callable

from lakebook.imports import AfterImport

#: what ``mlflow.autolog`` knows; a test compares this with MLflow's own list
LIBRARIES = frozenset(
    {
        "agno", "anthropic", "autogen", "autogen_agentchat", "boto3", "crewai", "dspy", "google.genai",
        "google.generativeai", "groq", "haystack", "keras", "langchain", "lightgbm", "lightning", "litellm",
        "llama_index.core", "mistralai", "openai", "pydantic_ai", "pyspark.ml", "pytorch_lightning", "setfit",
        "sklearn", "smolagents", "statsmodels", "strands", "tensorflow", "transformers", "typesafe_sdk", "xgboost",
    }
)  # fmt: skip
#: the flavor that watches Spark's data sources: it needs a jar of MLflow's, and our driver tells of them itself
_LEFT_OUT = ["spark"]


class Autologging:
    """Whether fits are recorded, in all languages; MLflow's own part of it is Python's.

    Args:
        on: whether it is on at first.
        say: shows a line to the user.
    """

    def __init__(self, on: bool, say: Callable[[str], None]) -> None:
        self.on = on
        self._say = say
        self._told_mlflow = False
        self._watch = AfterImport(LIBRARIES, self._switch_on)

    def install(self) -> None:
        """Watch for the libraries, of which none is imported for this."""
        if self.on:
            self._watch.install()

    def switch(self, on: bool) -> None:
        """From now on fits are recorded, or are not. What the user asked of MLflow for one library stays."""
        if on == self.on:
            return
        self.on = on
        if on:
            self._watch.install()
            return
        self._watch.uninstall()
        if self._told_mlflow:
            import mlflow

            mlflow.autolog(disable=True, exclude_flavors=_LEFT_OUT)
            self._told_mlflow = False

    def _switch_on(self) -> None:
        """In the midst of somebody's import, which must not fail by this."""
        try:
            import mlflow

            mlflow.autolog(log_input_examples=True, exclude_flavors=_LEFT_OUT)
            self._told_mlflow = True
        except Exception as problem:
            self._say(f"Fits are not recorded: MLflow's autologging could not be switched on: {problem}")
