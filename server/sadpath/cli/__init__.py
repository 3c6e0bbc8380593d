"""Driver 1: the headless batch check."""
