"""Writing a mailing, checking it, sending it, and its report."""
