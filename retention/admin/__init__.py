from retention.admin import agreements, holds, runs, statement_checks

__all__ = ["agreements", "holds", "runs", "statement_checks"]
