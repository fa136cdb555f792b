"""The catalogue of papers, `standards/documents.yaml`.

It is read whole; a mistake names file, line and reason, and nothing of it is used.
"""

from collections.abc import Collection, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from routing.domain.documents import (
    DRAWN_BY,
    KINDS,
    TYPES,
    Catalogue,
    Document,
    Element,
    check_value,
)
from routing.domain.standards import Place, Source, StandardError, expect, only, read_yaml
from shared.errors import in_language

FILE = "documents.yaml"
_DOCUMENTS = "documents"
_TEXTS = ("code", "name", "kind", "basis", "limit", "template", "edition")
_MORE = ("series", "approval", "signed", "upward", "masthead", "instead_of")
_ALL = (*_TEXTS, *_MORE, "by", "required", "optional", "when", "says", "never", "samples")


def load_catalogue(*, folder: Path | None = None, source: Source | None = None) -> Catalogue:
    """The papers of an office; StandardError at the first thing that is wrong.

    An office's own edition in `folder` may change everything but the kinds that there are: papers
    of each may have been issued, and the procedure names them.
    """
    if source is None:
        source = read_yaml(FILE, folder=folder)
        if folder is not None:
            known = load_catalogue(source=read_yaml(FILE)).documents
            return _read(source, needed=known)
    return _read(source, needed=())


def _read(source: Source, *, needed: Collection[str]) -> Catalogue:
    only(source, source.values, ("numbering", "elements", _DOCUMENTS))
    for part, kind in (("numbering", dict), ("elements", dict), (_DOCUMENTS, list)):
        expect(source, source.values.get(part), kind, part, part)
    elements = {
        name: _element(source, name, raw) for name, raw in source.values["elements"].items()
    }
    documents: dict[str, Document] = {}
    for at, raw in enumerate(source.values[_DOCUMENTS]):
        document = _document(source, raw, elements, at)
        if document.code in documents:
            raise source.fault(
                f"文书{document.code}重复", f"{document.code} is there twice", _DOCUMENTS, at
            )
        documents[document.code] = document
    for at, document in enumerate(documents.values()):
        if document.instead_of and document.instead_of not in documents:
            raise source.fault(
                f"没有文书{document.instead_of}", f"no paper {document.instead_of}",
                _DOCUMENTS, at, "instead_of",
            )  # fmt: skip
    used = {name for document in documents.values() for name in document.elements}
    for name in elements:
        if name not in used:
            raise source.fault(
                f"要素{name}没有文书使用", f"{name} is used by no paper", "elements", name
            )
    for code in needed:
        if code not in documents:
            raise source.fault(f"缺少文书{code}", f"the paper {code} is missing", _DOCUMENTS)
    pattern, prefixes = _numbering(source, source.values["numbering"])
    return Catalogue(documents, pattern, prefixes)


def _numbering(source: Source, raw: Any) -> tuple[str, dict[str, str]]:
    only(source, raw, ("pattern", "prefixes"), "numbering")
    _need(source, raw, ("pattern", "prefixes"), "numbering")
    place = ("numbering", "pattern")
    parts = {"prefix": "P", "series": "S", "year": 2026, "number": 7}
    try:
        written = str(raw["pattern"]).format(**parts)
    except (KeyError, IndexError, ValueError) as error:
        raise source.fault(f"编号格式有误：{error}", f"bad pattern: {error}", *place) from error
    if not all(str(part) in written for part in parts.values()):
        names = "、".join(parts)
        raise source.fault(f"编号格式须含{names}", f"the pattern needs {names}", *place)
    expect(source, raw["prefixes"], dict, "prefixes", "numbering", "prefixes")
    return raw["pattern"], dict(raw["prefixes"])


def _element(source: Source, name: str, raw: Any) -> Element:
    place = ("elements", name)
    only(source, raw, ("title", "type", "sample", "from", "columns"), *place)
    _need(source, raw, ("title", "type", "sample"), *place)
    if raw["type"] not in TYPES:
        zh = f"要素{name}的类型不存在"
        raise source.fault(zh, f"{name}: no such type", *place, "type")
    if raw.get("from") not in (None, "claim"):
        raise source.fault("from只能是claim", "from can only be claim", *place, "from")
    if (raw["type"] == "rows") != ("columns" in raw):
        raise source.fault(f"{name}：rows须有columns", f"{name}: rows come with columns", *place)
    element = Element(
        name=name,
        title=str(raw["title"]),
        type=raw["type"],
        sample=raw["sample"],
        claim=raw.get("from") == "claim",
        columns=raw.get("columns"),
    )
    _check_sample(source, element, *place, "sample")
    return element


def _document(source: Source, raw: Any, elements: Mapping[str, Element], at: int) -> Document:
    place: Place = (_DOCUMENTS, at)
    only(source, raw, _ALL, *place)
    _need(source, raw, (*_TEXTS, "by", "required"), *place)
    if raw["kind"] not in KINDS:
        raise source.fault("没有这种文种", "there is no such kind", *place, "kind")
    by = tuple(raw["by"]) if isinstance(raw["by"], list) else (raw["by"],)
    if not by or not set(by) <= set(DRAWN_BY):
        raise source.fault("制作主体不存在", "nobody such draws up papers", *place, "by")
    when = expect(source, raw.get("when", {}), dict, "when", *place, "when")
    if bool(when) != ("instead_of" in raw):
        zh = "instead_of和when须同时写明"
        raise source.fault(zh, "instead_of and when come together", *place)
    for key, values in when.items():
        expect(source, values, list, key, *place, "when", key)
    required = _named(source, raw, elements, at, "required")
    optional = _named(source, raw, elements, at, "optional")
    names = [element.name for element in (*required, *optional)]
    for name in names:
        if names.count(name) > 1:
            raise source.fault(f"要素{name}重复", f"{name} is there twice", *place)
    for name in raw.get("samples", {}):
        if name not in names:
            where = (*place, "samples", name)
            raise source.fault(f"没有要素{name}", f"it has no element {name}", *where)
    return Document(
        **{name: raw[name] for name in (*_TEXTS, *_MORE) if name in raw},
        by=by,
        when={key: tuple(values) for key, values in when.items()},
        required=required,
        optional=optional,
        line=source.line(*place),
        says=tuple(raw.get("says") or ()),
        never=tuple(raw.get("never") or ()),
    )


def _named(
    source: Source, raw: Mapping[str, Any], elements: Mapping[str, Element], at: int, key: str
) -> tuple[Element, ...]:
    found = []
    place = (_DOCUMENTS, at, key)
    samples = expect(source, raw.get("samples", {}), dict, "samples", *place[:-1], "samples")
    for name in expect(source, raw.get(key) or [], list, key, *place):
        if name not in elements:
            raise source.fault(f"没有要素{name}", f"there is no element {name}", *place)
        element = elements[name]
        if name in samples:
            element = replace(element, sample=samples[name])
            _check_sample(source, element, *place[:-1], "samples", name)
        found.append(element)
    return tuple(found)


def _check_sample(source: Source, element: Element, *place: str | int) -> None:
    problem = check_value(element, element.sample)
    if problem is not None:
        zh, en = in_language(problem, "zh"), in_language(problem, "en")
        raise StandardError(source.file, source.line(*place), zh, en)


def _need(
    source: Source, raw: Mapping[str, Any], names: Collection[str], *place: str | int
) -> None:
    for name in names:
        if name not in raw:
            raise source.fault(f"缺少{name}", f"{name} is missing", *place)
