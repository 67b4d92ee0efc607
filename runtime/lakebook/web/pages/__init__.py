"""Pages to look at jobs and runs, and to start, repair and end them; every one is whole without a script."""
