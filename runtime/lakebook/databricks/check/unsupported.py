"""The table of what Databricks has and is not here, each with what to do instead."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from lakebook.databricks.check.kinds import Kind, Unsupported
from lakebook.databricks.check.uses import Uses

_NAME, _MODULE, _FORMAT, _TEXT = Kind.NAME, Kind.MODULE, Kind.FORMAT, Kind.TEXT
_STATEMENT, _CLAUSE, _FUNCTION, _MAGIC = Kind.STATEMENT, Kind.CLAUSE, Kind.FUNCTION, Kind.MAGIC

_PIPELINES = "Pipelines are not here; write the tables with Delta and streams."
_WORKSPACE = "It talks to a workspace of Databricks', and there is none here."
_MODELS = "SparkR's models are not here; fit in R itself, or with Spark ML in Python or Scala."
_ON_WORKERS = "R does not run on Spark's workers here; collect the frame, or write a UDF in Python or Scala."
_GOVERNANCE = "Row filters and column masks are not here; make a view of what may be seen."
_SHARING = "Sharing with other organisations is not here; hand over the table's folder."
_OUTSIDE = "Unity Catalog's ways to other systems are not here; read them as a data source, with its jar."
_JAR = "Its connector is not here; name its jar in spark.jars.packages, in [spark.conf] of lakebook.toml."

_SAMPLES = "dbfs:/databricks-datasets"

UNSUPPORTED: tuple[Unsupported, ...] = (
    # dbutils
    Unsupported(
        _NAME, r"dbutils\.credentials", "Cloud roles are not here; set the cloud's own credentials in the environment."
    ),
    Unsupported(
        _NAME,
        r"dbutils\.library\.(?:install|installPyPI|list|updateCondaEnv)",
        "It is gone; install with %pip install.",
    ),
    Unsupported(_NAME, r"dbutils\.(?:meta|preview)", "It is Databricks' own, and has no counterpart."),
    Unsupported(_MODULE, r"dbruntime", "It is Databricks' own; ask dbutils.notebook."),
    # packages
    Unsupported(_MODULE, r"dlt|pyspark\.pipelines", _PIPELINES),
    Unsupported(
        _MODULE,
        r"databricks\.(?:feature_store|feature_engineering)",
        "The client of the feature store is not here; keep features in Delta tables.",
    ),
    Unsupported(_MODULE, r"databricks\.automl", "AutoML is not here; fit models yourself, and the fits are recorded."),
    Unsupported(_MODULE, r"databricks\.koalas", "Koalas is a part of Spark now: import pyspark.pandas."),
    Unsupported(
        _MODULE,
        r"databricks\.(?:agents|connect|sdk|sql|vector_search|lakehouse_monitoring|data_monitoring|model_monitoring)"
        r"|databricks_cli",
        _WORKSPACE,
    ),
    Unsupported(_MODULE, r"com\.databricks", "Databricks' own classes are not here.", language="scala"),
    # data
    Unsupported(
        _FORMAT,
        "cloudFiles",
        'Auto Loader is not here; read the folder as a stream: spark.readStream.format("json").schema(…).load(folder).',
    ),
    Unsupported(
        _FORMAT,
        r"kafka|kinesis|event-?hubs|pubsub|pulsar|snowflake|redshift|bigquery|mongodb|cosmos\.oltp|deltaSharing|sqldw"
        r"|sqlserver|iceberg|hudi|avro|(?:com\.databricks\.spark|com\.microsoft|net\.snowflake)\..*",
        _JAR,
        by_jar=True,
    ),
    Unsupported(
        _TEXT,
        r"(?<![\w.])(?:s3[an]?|abfss?|wasbs?|adl|gs|oss)://[^\s'\"`]*",
        "Cloud storage needs its jar and credentials, in [spark.conf] of lakebook.toml; or copy the data here.",
        by_jar=True,
    ),
    Unsupported(
        _TEXT,
        r"(?<![\w/])(?:dbfs:|/dbfs)?/databricks-datasets(?:/[^\s'\"`]*)?",
        f"Databricks' sample data are not here; put a copy at {_SAMPLES}.",
        copied_to=_SAMPLES,
    ),
    Unsupported(
        _CLAUSE,
        r"samples\.\w+\.\w+|system\.(?:access|ai|billing|compute|data_quality_monitoring|lakeflow|marketplace|mlflow|query"
        r"|serving|sharing|storage)\.\w+",
        "Databricks' own catalogs samples and system are not here.",
    ),
    # SQL
    Unsupported(
        _STATEMENT,
        r"CREATE (?:OR (?:REFRESH|REPLACE) )?(?:TEMPORARY |PRIVATE )?(?:LIVE|STREAMING|STREAMING LIVE) (?:TABLE|VIEW)"
        r"|CREATE (?:OR (?:REFRESH|REPLACE) )?(?:PRIVATE )?MATERIALIZED VIEW"
        r"|REFRESH (?:STREAMING TABLE|MATERIALIZED VIEW)|APPLY CHANGES INTO|AUTO CDC INTO|CREATE FLOW",
        _PIPELINES,
    ),
    Unsupported(_CLAUSE, r"(?:SET|DROP|WITH) ROW FILTER|SET MASK", _GOVERNANCE),
    Unsupported(_STATEMENT, r"(?:CREATE|DROP) POLICY|SHOW POLICIES", _GOVERNANCE),
    Unsupported(_STATEMENT, r"(?:CREATE|ALTER|DROP|SHOW) (?:SHARES?|RECIPIENTS?|PROVIDERS?)(?!\s*[.=(])", _SHARING),
    Unsupported(
        _STATEMENT,
        r"(?:CREATE|ALTER|DROP) (?:FOREIGN CATALOG|CONNECTION|SERVER|EXTERNAL LOCATION)"
        r"|(?:CREATE|ALTER|DROP) (?:STORAGE |SERVICE )?CREDENTIAL"
        r"|SHOW (?:EXTERNAL LOCATIONS|(?:STORAGE )?CREDENTIALS|CONNECTIONS)",
        _OUTSIDE,
    ),
    Unsupported(
        _STATEMENT,
        r"UNDROP (?:TABLE|SCHEMA|CATALOG)",
        "What is dropped is gone; RESTORE goes back in a table that is there.",
    ),
    Unsupported(_STATEMENT, r"SYNC (?:TABLE|SCHEMA)", "There is one metastore here: nothing is to be brought over."),
    Unsupported(_STATEMENT, r"FSCK REPAIR TABLE", "It is Databricks' own; RESTORE TABLE … TO VERSION AS OF goes back."),
    Unsupported(
        _STATEMENT,
        r"CREATE (?:OR REPLACE )?PROCEDURE",
        "Procedures are not here; keep the script in a notebook for %run.",
    ),
    Unsupported(_CLAUSE, r"(?:ENABLE|DISABLE|INHERIT) PREDICTIVE OPTIMIZATION", "Say OPTIMIZE and VACUUM in a job."),
    Unsupported(_STATEMENT, r"CACHE SELECT", "It fills Databricks' own cache; say CACHE TABLE."),
    Unsupported(
        _STATEMENT,
        r"SHOW (?:USERS|GROUPS)|(?:CREATE|ALTER|DROP) (?:GROUP|USER)",
        "There are no users and groups here: the workspace is its owner's.",
    ),
    Unsupported(
        _STATEMENT,
        r"LIST '' WITH",
        "Storage credentials are not here; set the storage's keys in [spark.conf] of lakebook.toml.",
    ),
    Unsupported(
        _CLAUSE, r"LANGUAGE PYTHON", "SQL functions in Python are not here; register a UDF: spark.udf.register."
    ),
    Unsupported(
        _FUNCTION,
        r"ai_(?:analyze_sentiment|classify|extract|fix_grammar|forecast|gen|generate_text|mask|parse_document|query"
        r"|similarity|summarize|top_drivers|translate)|vector_search",
        "Functions of AI services are not here; call a model in a UDF of Python's.",
    ),
    Unsupported(_FUNCTION, r"event_log", _PIPELINES),
    Unsupported(_FUNCTION, r"read_(?:kafka|kinesis|pubsub|pulsar)|remote_query|http_request", _OUTSIDE),
    Unsupported(
        _FUNCTION,
        r"cloud_files|cloud_files_state",
        "Auto Loader is not here; read the folder as a stream, in Python or Scala.",
    ),
    Unsupported(
        _FUNCTION,
        r"is_account_group_member|is_member|current_metastore",
        "There are no groups and no account here; compare with current_user().",
    ),
    Unsupported(_FUNCTION, r"(?:try_)?secret|list_secrets", "Read secrets with dbutils.secrets.get."),
    Unsupported(
        _FUNCTION, r"h3_\w+", "H3's functions are not here; %pip install h3, and call it in a UDF of Python's."
    ),
    # R
    Unsupported(_NAME, r"[dg]apply(?:Collect)?|spark\.lapply", _ON_WORKERS, language="r"),
    Unsupported(
        _NAME,
        r"spark\.(?:als|bisectingKmeans|decisionTree|fm(?:Classifier|Regressor)|fpGrowth|freqItemsets|gaussianMixture|gbt"
        r"|glm|isoreg|kmeans|kstest|lda|lm|logit|mlp|naiveBayes|perplexity|posterior|randomForest|survreg|svmLinear"
        r"|associationRules|assignClusters|findFrequentSequentialPatterns)|(?:read|write)\.ml",
        _MODELS,
        language="r",
    ),
    Unsupported(
        _NAME,
        r"(?:read|write)\.stream",
        "Streams are not R's here; use spark.readStream in a Python or Scala cell.",
        language="r",
    ),
    Unsupported(
        _NAME,
        r"sparkR\.(?:callJMethod|callJStatic|newJObject)",
        "R has no JVM of its own here; use spark in a Python or Scala cell.",
        language="r",
    ),
    Unsupported(
        _NAME,
        r"spark_apply|spark_read_\w+|spark_write_(?:csv|parquet|json|delta)|sdf_sql|ml_(?:linear_regression"
        r"|logistic_regression|random_forest|kmeans|pipeline|fit|predict)",
        'It is not here; tbl(spark, "name") is a table for dplyr, and write_table(frame, "name") writes one.',
        language="r",
    ),
    # magics
    Unsupported(_MAGIC, "conda|mamba|micromamba", "Packages come by %pip install."),
    Unsupported(_MAGIC, "restart_python", "Call dbutils.library.restartPython()."),
)


def unsupported(
    uses: Uses, language: str, *, jars: bool, is_there: Callable[[str], bool] = lambda _: False
) -> Iterator[tuple[str, str]]:
    """What a cell uses that is not here, with the sentence for it.

    Args:
        uses: what the cell uses.
        language: in which it is written.
        jars: whether the workspace's settings bring jars, and so maybe what needs some.
        is_there: whether the workspace has something at a path of Databricks'.
    """
    for row in UNSUPPORTED:
        if (row.language and row.language != language) or (row.by_jar and jars):
            continue
        if row.copied_to and is_there(row.copied_to):
            continue
        for what in row.found_in(uses):
            yield what, row.instead
