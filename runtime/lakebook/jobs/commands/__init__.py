"""What the actions of ``lakebook jobs`` do; each module is imported when one of its actions is called."""
