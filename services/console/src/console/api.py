"""JSON of the console's own: none; its pages are in `console.pages`."""

from shared.web import Api

api = Api("console")
