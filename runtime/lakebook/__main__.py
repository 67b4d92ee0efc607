"""``python -m lakebook``: the command line."""

from lakebook.cli import main

raise SystemExit(main())
