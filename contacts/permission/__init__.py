"""Whether we may write to a person on a channel: consent, objection, interests and each country's law."""
