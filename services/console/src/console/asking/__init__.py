"""The services' HTTP interfaces, asked with the right of whoever looks at a page."""

from console.asking.answers import Answer
from console.asking.services import Ask, Services, delete, get, patch, post, put

__all__ = ["Answer", "Ask", "Services", "delete", "get", "patch", "post", "put"]
