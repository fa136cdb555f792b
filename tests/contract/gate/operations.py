"""An OpenAPI document by operation: what each takes, answers, and who may call it."""

import re
from typing import Any

ANYONE = "anyone"
_METHODS = ("get", "post", "put", "patch", "delete", "head", "options")


class Operation:
    """One operation of an OpenAPI document, its references in reach."""

    def __init__(self, document: dict[str, Any], path: str, method: str) -> None:
        self.document, self.path = document, path
        self.name = f"{method.upper()} {path}"
        self.content: dict[str, Any] = document["paths"][path][method]
        shared = document["paths"][path].get("parameters", [])
        self.parameters = {
            self._key(parameter): parameter
            for parameter in (*shared, *self.content.get("parameters", ()))
        }

    def _key(self, parameter: dict[str, Any]) -> tuple[str, str]:
        """Parameters of a path are known by place, headers in any case, others by name."""
        where, name = parameter["in"], parameter["name"]
        if where == "path":
            names = re.findall(r"{(.*?)}", self.path)
            name = str(names.index(name)) if name in names else name
        return where, name.lower() if where == "header" else name

    def schema(self, node: Any) -> Any:
        """A node of the document as a schema whose references resolve."""
        schemas = self.document.get("components", {}).get("schemas", {})
        needed = {name: schemas[name] for name in sorted(_reached(node, schemas))}
        return {"components": {"schemas": needed}, **node}

    def body(self) -> tuple[dict[str, Any], bool]:
        """Schemas by content type, and whether there must be a body."""
        body = self.content.get("requestBody") or {}
        content = {k: self.schema(v.get("schema", {})) for k, v in body.get("content", {}).items()}
        return content, bool(body.get("required"))

    def answers(self) -> dict[str, dict[str, Any]]:
        """Answers by status, those that several operations share put in place."""
        named = self.document.get("components", {}).get("responses", {})
        return {
            status: named[row["$ref"].rpartition("/")[2]] if "$ref" in row else row
            for status, row in self.content.get("responses", {}).items()
        }

    def answer(self, status: str) -> dict[str, Any]:
        """Schemas of an answer by content type."""
        content = self.answers()[status].get("content", {})
        return {kind: self.schema(row.get("schema", {})) for kind, row in content.items()}

    def who(self) -> set[str]:
        """Who may call: schemes of tokens with the roles they need, or anyone."""
        security = self.content.get("security", [])
        schemes = {name for row in security for name in row}
        if {} in security:
            return schemes | {ANYONE}
        roles = self.content.get("x-roles", [])
        found = {f"{scheme} {role}" for scheme in schemes for role in roles} or schemes
        return found or {ANYONE}


def _reached(node: Any, schemas: dict[str, Any]) -> set[str]:
    """The named schemas that a node refers to, and those that they refer to."""
    found: set[str] = set()
    waiting = [node]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            name = str(one.get("$ref", "")).rpartition("/")[2]
            if name in schemas and name not in found:
                found.add(name)
                waiting.append(schemas[name])
            waiting.extend(one.values())
        elif isinstance(one, list):
            waiting.extend(one)
    return found


def operations(document: dict[str, Any]) -> dict[tuple[str, str], Operation]:
    """Operations by method and path, whose parameters' names do not matter."""
    return {
        (method, re.sub(r"{.*?}", "{}", path)): Operation(document, path, method)
        for path, row in document["paths"].items()
        for method in _METHODS
        if method in row
    }
