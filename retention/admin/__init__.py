from retention.admin import agreements, holds, notices, runs, statement_checks

__all__ = ["agreements", "holds", "notices", "runs", "statement_checks"]
