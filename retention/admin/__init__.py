from retention.admin import agreements, holds, runs

__all__ = ["agreements", "holds", "runs"]
