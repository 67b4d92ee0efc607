"""Cells of each kind, as they stand in a source file and in a notebook; the mark of a comment is written ``#``."""

from __future__ import annotations

from dataclasses import dataclass

from lakebook.databricks.languages import Language


@dataclass(frozen=True)
class Sample:
    kind: str
    #: as Databricks writes it
    text: str
    source: str
    cell_type: str = "code"
    title: str = ""
    show_title: bool = False

    def in_file(self, language: Language) -> str:
        """The text with the marks of a language."""
        return "\n".join(
            language.comment + line[1:] if line.startswith(("# MAGIC", "# DBTITLE")) else line
            for line in self.text.split("\n")
        )


SAMPLES = (
    Sample("code", "x <- 1", "x <- 1"),
    Sample("empty", "", ""),
    Sample("lines", "a\n\n  b\nc", "a\n\n  b\nc"),
    Sample("blank lines around", "\n\na\n\n", "\n\na\n\n"),
    Sample("magic", "# MAGIC %sql\n# MAGIC SELECT 1\n# MAGIC\n# MAGIC --x", "%sql\nSELECT 1\n\n--x"),
    Sample("magic of one line", "# MAGIC %fs ls /", "%fs ls /"),
    Sample("magic with two percents", "# MAGIC %%sh\n# MAGIC ls", "%%sh\nls"),
    Sample("magic after a blank line", "# MAGIC\n# MAGIC %sh ls", "\n%sh ls"),
    Sample("magic with a separator in it", "# MAGIC %sh\n# MAGIC # COMMAND ----------", "%sh\n# COMMAND ----------"),
    Sample("prose", "# MAGIC %md\n# MAGIC # Title\n# MAGIC\n# MAGIC text", "# Title\n\ntext", "markdown"),
    Sample("prose on the line of the magic", "# MAGIC %md ## Title", "## Title", "markdown"),
    Sample("prose after a space", "# MAGIC %md \n# MAGIC text", "text", "markdown"),
    Sample("prose in a sandbox", "# MAGIC %md-sandbox\n# MAGIC <b>x</b>", "<b>x</b>", "markdown"),
    Sample("magic in capitals", "# MAGIC %SQL\n# MAGIC SELECT 1", "%SQL\nSELECT 1"),
    Sample("prose with its magic in capitals", "# MAGIC %MD\n# MAGIC text", "text", "markdown"),
    Sample("empty prose", "# MAGIC %md", "", "markdown"),
    Sample("titled code", "# DBTITLE 1,Sum, of all\n1 + 1", "1 + 1", title="Sum, of all", show_title=True),
    Sample("code with its title hidden", "# DBTITLE 0,Sum\n1 + 1", "1 + 1", title="Sum"),
    Sample("titled magic", "# DBTITLE 1,All\n# MAGIC %sql\n# MAGIC SELECT 1", "%sql\nSELECT 1", title="All", show_title=True),
    Sample("titled prose", "# DBTITLE 0,--i18n-7\n# MAGIC %md\n# MAGIC hi", "hi", "markdown", title="--i18n-7"),
    Sample("title alone", "# DBTITLE 1,Nothing\n", "", title="Nothing", show_title=True),
)  # fmt: skip
