from dsr.admin import evidence, requests

__all__ = ["evidence", "requests"]
