"""PySpark's side of an attached process: a gateway, a ``SparkContext`` and a ``SparkSession`` over a shared driver.

PySpark takes a process to own its driver. Here it is a guest: what would end, reset or reconfigure the driver for
everybody is turned into what it means for this process alone.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from weakref import WeakSet

from lakebook.spark import demand
from lakebook.spark.connection import Connection
from lakebook.spark.errors import SessionEnded

if TYPE_CHECKING:
    from py4j.clientserver import JavaClient
    from py4j.java_gateway import JavaGateway, JavaMember, JavaObject
    from pyspark import SparkContext
    from pyspark.sql import SparkSession


class Attachment:
    """This process, attached to a driver: its session and what belongs to it. A process has one at a time.

    Args:
        connection: to the driver; closed with ``detach``.
        path: the folders in which Python workers look for modules first.
    """

    def __init__(self, connection: Connection, path: Sequence[str]) -> None:
        self.connection = connection
        try:
            with _handlers_kept():
                self.gateway: JavaGateway = _gateway(connection)
                #: the bridge's ``Notebook``
                self.notebook: JavaObject = self.gateway.entry_point
                self.context, self.session = _session(self.gateway, self.notebook, path, connection.id)
        except BaseException:  # the driver may end at any moment
            self.detach()
            raise

    def lead_workers(self, path: Sequence[str]) -> None:
        """Let functions that are made from now on look for modules in these folders first."""
        self.context.environment["PYTHONPATH"] = _python_path(path)

    def detach(self) -> None:
        """Give the session back; the driver and the others go on. PySpark can be attached anew afterwards."""
        from pyspark import SparkContext
        from pyspark.sql import SparkSession

        self.connection.close()
        context, gateway = SparkContext._active_spark_context, SparkContext._gateway
        demand.forget()
        SparkContext._gateway = SparkContext._jvm = None
        SparkSession._instantiatedSession = SparkSession._activeSession = None
        if context is not None:
            context._jsc = None
            server = getattr(context, "_accumulatorServer", None)  # one half made has none
            if server is not None:
                server.shutdown()
        if gateway is not None:
            _ended.add(gateway._gateway_client)
            gateway.shutdown()
        models = sys.modules.get("mlflow.spark")
        if models is not None:
            models._HadoopFileSystem._filesystem = None  # it keeps the one of the JVM that is left


#: of attachments that were given back or lost
_ended: WeakSet[JavaClient] = WeakSet()


@contextmanager
def _handlers_kept() -> Iterator[None]:
    """Keep PySpark's handler of SIGINT out: it would cancel the jobs of every notebook."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.getsignal(signal.SIGINT)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _gateway(connection: Connection) -> JavaGateway:
    from pyspark.java_gateway import launch_gateway

    door = {"PYSPARK_GATEWAY_PORT": str(connection.port), "PYSPARK_GATEWAY_SECRET": connection.secret}
    os.environ.update(door)
    try:
        return launch_gateway()
    finally:
        for variable in door:  # programs that this process starts are not this notebook
            del os.environ[variable]


def _session(
    gateway: JavaGateway, notebook: JavaObject, path: Sequence[str], name: str
) -> tuple[SparkContext, SparkSession]:
    from pyspark import SparkConf, SparkContext
    from pyspark.sql import SparkSession

    os.environ["PYSPARK_PYTHON"] = sys.executable  # else Spark's workers run whatever python3 is first on PATH
    java_context = notebook.javaSparkContext()
    SparkContext._gateway, SparkContext._jvm = gateway, gateway.jvm
    _own_files(notebook.addedFiles())
    context = SparkContext(
        gateway=gateway,
        jsc=java_context,
        conf=SparkConf(_jvm=gateway.jvm, _jconf=java_context.getConf()),
        environment={
            "PYTHONPATH": _python_path(path),
            "LAKEBOOK_NOTEBOOK": name,  # by which the bridge's ``PythonWorkers`` finds what a notebook leaves
        },
    )
    sessions = SparkSession._get_j_spark_session_class(gateway.jvm)
    default = sessions.getDefaultSession()
    session = SparkSession(context, notebook.session())
    if default.isDefined():  # PySpark has just made this notebook's session everybody's default
        sessions.setDefaultSession(default.get())
    return context, session


def _python_path(path: Sequence[str]) -> str:
    return os.pathsep.join([*path, os.environ.get("PYTHONPATH", "")]).rstrip(os.pathsep)


def _own_files(folder: str) -> None:
    """Look for files that were added to jobs where this notebook's are, not in the folder that all have."""
    from pyspark import SparkFiles

    SparkFiles.getRootDirectory = classmethod(lambda cls: folder)  # type: ignore[method-assign, assignment]


def _member(self: JavaObject, name: str) -> JavaMember:
    """A method of a Java object, as py4j gives it, but the object does not keep it.

    Else the two make a cycle, and the JVM keeps what it has for the object, such as a frame's rows, until Python looks
    for cycles.
    """
    from py4j.java_gateway import JavaMember, is_magic_member

    if is_magic_member(name):
        raise AttributeError(name)
    return JavaMember(name, self, self._target_id, self._gateway_client)


def _object_id(self: JavaObject) -> str:
    """How py4j names a Java object in a call. Every gateway counts from one: the name of a lost gateway's object
    is another object's in the next one.
    """
    if self._gateway_client in _ended:
        raise SessionEnded
    return str(self._target_id)


class Builders:
    """Makes code that builds a session or context of its own, or that needs one, get the notebook's, and ``stop()``
    leave the driver be.

    PySpark is not imported for it: the changes are made when something else imports it.
    """

    def __init__(self, attach: Callable[[], Attachment], detach: Callable[[], None]) -> None:
        self._attach = attach
        self._detach = detach

    def apply(self) -> None:
        """Change ``pyspark``'s classes; called once, after it was imported."""
        import py4j.java_gateway

        for logger in ("SQLQueryContextLogger", "DataFrameQueryContextLogger", "py4j"):
            logging.getLogger(logger).setLevel(logging.CRITICAL + 1)  # each error once, as we tell it
        py4j.java_gateway.logging = logging.getLogger("py4j")  # it logs lost calls, and configures the root logger
        py4j.java_gateway.JavaObject.__getattr__ = _member
        py4j.java_gateway.JavaObject._get_object_id = _object_id
        from pyspark import SparkContext
        from pyspark.sql import SparkSession

        self._context(SparkContext)
        self._builder(SparkSession)
        demand.install(self._attach)
        _convert_without_imports()

    def _context(self, kind: type[SparkContext]) -> None:
        make, get_or_create = kind.__init__, kind.getOrCreate.__func__  # type: ignore[attr-defined]

        def construct(context: SparkContext, *args: Any, **options: Any) -> None:
            if options.get("gateway") is None:
                self._attach()
            context.stop = lambda: None  # type: ignore[method-assign]  # PySpark's word to one it could not make
            make(context, *args, **options)
            vars(context).pop("stop", None)

        def existing(cls: type[SparkContext], conf: Any = None) -> SparkContext:
            self._attach()
            context: SparkContext = get_or_create(cls, conf)
            return context

        def stop(context: SparkContext) -> None:
            self._stopped("sc.stop()")

        kind.__init__ = construct  # type: ignore[method-assign, assignment]
        kind.getOrCreate = classmethod(existing)  # type: ignore[method-assign, assignment]
        kind.stop = stop  # type: ignore[method-assign, assignment]

    def _builder(self, kind: type[SparkSession]) -> None:
        builder = kind.Builder
        get_or_create = builder.getOrCreate

        def session_of(asked: SparkSession.Builder) -> SparkSession:
            options = dict(asked._options)
            if "spark.remote" in options or "SPARK_REMOTE" in os.environ:
                return get_or_create(asked)
            session = self._attach().session
            _warn_of_driver_settings(session, options)
            return get_or_create(asked)

        def stop(session: SparkSession) -> None:
            self._stopped("spark.stop()")

        builder.getOrCreate = session_of  # type: ignore[method-assign, assignment]
        kind.stop = stop  # type: ignore[method-assign, assignment]

    def _stopped(self, call: str) -> None:
        warnings.warn(
            f"{call} detached this notebook from Spark; the driver goes on for the others. "
            "The next use of spark attaches again. To end the driver: lakebook driver stop",
            stacklevel=3,
        )
        self._detach()


def _convert_without_imports() -> None:
    """PySpark asks of every argument of a call whether it is NumPy's, and for that imports NumPy, pandas and pyarrow: a
    second and 80 MB. What is not imported has made no value.
    """
    from pyspark.sql import types

    def is_scalar(converter: Any, value: Any) -> bool:
        numpy = sys.modules.get("numpy")
        return numpy is not None and isinstance(value, numpy.generic)

    def is_vector(converter: Any, value: Any) -> bool:
        numpy = sys.modules.get("numpy")
        return numpy is not None and isinstance(value, numpy.ndarray) and value.ndim == 1

    types.NumpyScalarConverter.can_convert = is_scalar  # type: ignore[method-assign, assignment]
    types.NumpyArrayConverter.can_convert = is_vector  # type: ignore[method-assign, assignment]


#: Settings that scripts carry along and that mean nothing, or are always met, in an attached session.
_MET = {"spark.app.name", "spark.master", "spark.jars.packages"}
#: those of Databricks' own machines, which any session takes
_DATABRICKS = "spark.databricks."


def _warn_of_driver_settings(session: SparkSession, options: dict[str, Any]) -> None:
    """Say once which of a builder's settings belong to the whole driver, and where they are set."""
    current = session.sparkContext._conf
    unmet = []
    for name, value in options.items():
        if name in _MET or name.startswith(_DATABRICKS) or not name.startswith("spark."):
            continue
        if session.conf.isModifiable(name):
            continue
        present = session.conf.get(name, None) or current.get(name, "")
        if str(value) not in {present, *str(present).split(",")}:
            unmet.append(name)
    if unmet:
        warnings.warn(
            f"{', '.join(unmet)} cannot be set by a session: the driver is already running and is shared. "
            "Set it under [spark.conf] in lakebook.toml, then: lakebook driver stop",
            stacklevel=3,
        )
