"""Signs that somebody should be looked at now, asked before the number."""
