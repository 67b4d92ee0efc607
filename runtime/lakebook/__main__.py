from lakebook.cli import main

raise SystemExit(main())
