"""The outside suite for kernels, for each default language."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, ClassVar

import jupyter_kernel_test
import pytest
from jupyter_client.manager import start_new_kernel


@pytest.fixture(scope="class", autouse=True)
def _in_the_workspace(workspace: Path, request: pytest.FixtureRequest) -> Any:
    before = Path.cwd()
    os.chdir(workspace)
    yield
    os.chdir(before)


class Suite(jupyter_kernel_test.KernelTests):
    """Started in the workspace, and warm: what a kernel offers before its first cell is not this suite's question."""

    __test__ = False
    warm_up: ClassVar[str] = "1"

    @classmethod
    def setUpClass(cls) -> None:
        cls.km, cls.kc = start_new_kernel(kernel_name=cls.kernel_name)
        cls.kc.execute_interactive(cls.warm_up, timeout=120)


class TestPython(Suite):
    __test__ = True
    kernel_name = "lakebook"
    language_name = "python"
    file_extension = ".py"
    code_hello_world = "print('hello, world')"
    code_stderr = "import sys; print('test', file=sys.stderr)"
    code_page_something = "zip?"
    code_generate_error = "raise ValueError('no')"
    code_execute_result: ClassVar = [{"code": "1+2+3", "result": "6"}]
    code_display_data: ClassVar = [
        {"code": "from IPython.display import HTML, display; display(HTML('<b>t</b>'))", "mime": "text/html"}
    ]
    code_history_pattern = "1?2*"
    supported_history_operations = ("tail", "search")
    code_inspect_sample = "print"
    code_clear_output = "from IPython.display import clear_output; clear_output()"
    completion_samples: ClassVar = [{"text": "pri", "matches": {"print"}}]
    complete_code_samples: ClassVar = ["1", "print('hello')"]
    incomplete_code_samples: ClassVar = ["print('''hello"]
    invalid_code_samples: ClassVar = ["import = 7q"]


class TestSql(Suite):
    __test__ = True
    kernel_name = "lakebook-sql"
    language_name = "sql"
    file_extension = ".sql"
    warm_up = "SELECT 1"
    code_generate_error = "SELECT nothing FROM nowhere"
    code_execute_result: ClassVar = [{"code": "SELECT 6 AS n", "mime": "text/html"}]
    code_history_pattern = "SELECT 6 AS?n"
    supported_history_operations = ("tail", "search")
    code_inspect_sample = "array_distinct"
    completion_samples: ClassVar = [{"text": "SELECT array_dist", "matches": {"array_distinct"}}]
    complete_code_samples: ClassVar = ["SELECT 1"]
    incomplete_code_samples: ClassVar = ["SELECT ("]
    invalid_code_samples: ClassVar = ["SELECT FROM WHERE )"]


@pytest.mark.r
class TestR(Suite):
    __test__ = True
    kernel_name = "lakebook-r"
    language_name = "R"
    file_extension = ".r"
    code_hello_world = "cat('hello, world\\n')"
    code_stderr = "message('test')"
    code_generate_error = "stop('no')"
    code_execute_result: ClassVar = [{"code": "1+2+3", "result": "[1] 6"}]
    code_display_data: ClassVar = [{"code": "plot(1:3)", "mime": "image/svg+xml"}]
    code_history_pattern = "1?2*"
    supported_history_operations = ("tail", "search")
    code_inspect_sample = "sprintf"
    completion_samples: ClassVar = [{"text": "zi", "matches": {"zip"}}]
    complete_code_samples: ClassVar = ["1", "f <- function(x) x"]
    incomplete_code_samples: ClassVar = ["f <- function(x) {", "1 +"]
    invalid_code_samples: ClassVar = [")"]


class TestScala(Suite):
    __test__ = True
    kernel_name = "lakebook-scala"
    language_name = "scala"
    file_extension = ".scala"
    code_hello_world = 'println("hello, world")'
    code_stderr = 'Console.err.println("test")'
    code_generate_error = 'sys.error("no")'
    code_display_data: ClassVar = [{"code": "display(spark.range(3))", "mime": "text/html"}]
    code_execute_result: ClassVar = [{"code": "1+2+3"}]
    code_history_pattern = "1?2*"
    supported_history_operations = ("tail", "search")
    code_inspect_sample = "List(1).map"
    completion_samples: ClassVar = [{"text": '"text".toUpper', "matches": {"toUpperCase"}}]
    complete_code_samples: ClassVar = ["1", "val x = 1"]
    incomplete_code_samples: ClassVar = ["def f(x: Int) = {"]
    invalid_code_samples: ClassVar = ["val = )"]

    def test_execute_result(self) -> None:
        """Each new value is told as text, with its name and type; the history's cell is this one."""
        _, told = self.execute_helper("1+2+3")
        self.assertIn("Int = 6", told[0]["content"]["text"])


class TestWelcome(jupyter_kernel_test.IopubWelcomeTests):
    kernel_name = "lakebook"
    support_iopub_welcome = True
