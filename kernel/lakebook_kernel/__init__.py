"""The Jupyter kernel of Lakebook: Python, SQL, R and Scala in one notebook on Apache Spark and Delta Lake."""

from lakebook import __version__

__all__ = ["__version__"]
