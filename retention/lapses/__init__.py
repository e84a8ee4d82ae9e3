"""How somebody goes whose reasons are over: deleted, reduced, or freed of one reason, by the clock or an objection."""
