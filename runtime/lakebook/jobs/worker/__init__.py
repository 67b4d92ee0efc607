"""The process that runs one task run: ``python -m lakebook.jobs.worker STORE TASK_RUN``, which an executor starts."""

from lakebook import grammars

grammars.leave_out()  # every task would wait for them
