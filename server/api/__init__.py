"""The HTTP doors: parse, authorise, call one command or query."""
