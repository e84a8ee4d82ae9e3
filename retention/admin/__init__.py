from retention.admin import holds, runs

__all__ = ["holds", "runs"]
