"""Which libraries autologging waits for."""

from __future__ import annotations

import ast
import inspect
import textwrap

import mlflow

from lakebook_kernel.tracking.autolog import LIBRARIES


def test_the_libraries_are_those_that_mlflow_knows_but_for_sparks_data_sources() -> None:
    tree = ast.parse(textwrap.dedent(inspect.getsource(inspect.unwrap(mlflow.autolog))))
    tables = {
        target.id: node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name) and target.id.endswith("LIBRARY_TO_AUTOLOG_MODULE")
    }
    assert len(tables) == 2
    known = {key for table in tables.values() for key in ast.literal_eval(table)}
    assert known - {"pyspark"} == LIBRARIES
