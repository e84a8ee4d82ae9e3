from dsr.admin import requests

__all__ = ["requests"]
