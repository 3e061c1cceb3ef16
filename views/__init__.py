"""Pages and HTTP routes: widgets, words, calls."""
