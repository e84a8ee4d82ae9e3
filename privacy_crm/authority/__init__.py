"""The authority pack: every register as of a day, as a ZIP with an index page that names nobody (ADR 0079)."""
