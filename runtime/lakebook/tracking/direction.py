"""Which way a metric is better, told from its name."""

from __future__ import annotations

import re

#: a metric with a word like one of these in its name is better when it is lower; some are the end of a longer word, as
#: in ``merror`` and ``mlogloss``
LOWER_WORDS = re.compile(
    "aic|bic|brier|cer|cost|distance|divergence|hinge|impurity|inertia|l1|l2|latency|mae|mape|mase|mse|msle|nll|"
    "perplexity|regret|rmsle|rse|smape|sse|time|wape|wer|.*(error|loss|deviance|rmse)"
)
#: turns it round, as in scikit-learn's ``neg_mean_squared_error``
REVERSING_WORD = "neg"

_BETWEEN_WORDS = re.compile(r"[^a-z0-9]+")
_CAPITAL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def lower_is_better(metric: str) -> bool:
    """Whether a metric is an error or a cost by its name. A name without such a word counts as better when higher.

    The words of a name are what stands between signs, and before a capital letter: ``val_logLoss`` has three.
    """
    words = _BETWEEN_WORDS.split(_CAPITAL.sub("_", metric).lower())
    return any(map(LOWER_WORDS.fullmatch, words)) and REVERSING_WORD not in words
