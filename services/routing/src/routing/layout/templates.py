"""Templates of papers: sandboxed Jinja2 that yields well-formed XHTML of a few elements.

A template sees the paper's elements and nothing else: no functions, no methods, no loops but over
what it is given. So an edition that an administrator writes can neither reach out nor run away,
and what it yields converts to PDF and DOCX alike.
"""

import datetime as dt
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import jinja2
from jinja2 import nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from routing.domain.documents import SYSTEM, Catalogue, Document
from routing.domain.service import as_day
from routing.domain.standards import StandardError
from shared.clock import long_day
from shared.errors import both, in_language

FOLDER = Path(__file__).parent.parent / "standards" / "templates"
LONGEST = 60_000
SAMPLE_DAY = dt.date(2026, 3, 2)
TAGS = frozenset({"h1", "h2", "p", "br", "span", "strong", "table", "tr", "th", "td"})
ATTRIBUTES = frozenset({"class", "colspan", "rowspan"})
OF_LAYOUT = frozenset({"signer", "cc"})
"""Elements that the page around a letter's text shows, so that its template need not."""
_DIGITS = "〇一二三四五六七八九"
_CLASS = re.compile(r"[a-z0-9 -]{0,40}\Z")
_SPAN = re.compile(r"[1-9]\Z")


class _Sandbox(ImmutableSandboxedEnvironment):
    """No calls at all, and no arithmetic that makes much out of little."""

    intercepted_binops = frozenset({"*", "**", "+", "%"})

    def is_safe_callable(self, obj: Any) -> bool:
        return False

    def call_binop(
        self, context: jinja2.runtime.Context, operator: str, left: Any, right: Any
    ) -> Any:
        raise jinja2.exceptions.SecurityError(f"{operator} is not allowed")


def day(value: Any) -> str:
    """2026年3月2日, in arabic numerals (GB/T 9704-2012, 7.3.5.4)."""
    found = as_day(value)
    return long_day(found) if found else str(value or "")


def lines(value: Any) -> list[str]:
    """The paragraphs of a text."""
    return [line.strip() for line in str(value or "").splitlines() if line.strip()]


def cn(number: Any) -> str:
    """一, 二, … 九十九."""
    tens, ones = divmod(int(number), 10)
    if not tens:
        return _DIGITS[ones]
    return ("" if tens == 1 else _DIGITS[tens]) + "十" + (_DIGITS[ones] if ones else "")


def _environment() -> _Sandbox:
    env = _Sandbox(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    keep = {name: env.filters[name] for name in ("length", "join")}
    env.filters = {**keep, "day": day, "lines": lines, "cn": cn}
    env.globals.clear()
    env.tests = {name: env.tests[name] for name in ("defined", "none")}
    return env


ENVIRONMENT = _environment()


def fill(source: str, values: Mapping[str, Any]) -> str:
    """The paper's text as XHTML; what it was not given is None."""
    return ENVIRONMENT.from_string(source).render(**values)


def values_of(document: Document, fields: Mapping[str, Any], system: Mapping[str, Any]) -> Any:
    """What a template of `document` sees: every element, and what the system fills in."""
    return {**dict.fromkeys(document.elements), **fields, **system}


def check_template(document: Document, source: str, *, file: str) -> None:
    """StandardError with line and reason where a template may not be used for `document`."""
    tree = _parsed(source, file)
    known = set(document.elements) | SYSTEM
    used: set[str] = set()
    bound = {node.name for node in tree.find_all(nodes.Name) if node.ctx == "store"}
    for node in tree.find_all(nodes.Name):
        if node.ctx != "load" or node.name in bound or node.name == "loop":
            continue
        if node.name not in known:
            wrong = (f"{document.name}没有要素{node.name}", f"there is no element {node.name}")
            raise StandardError(file, node.lineno, *wrong)
        used.add(node.name)
    missing = [e for e in document.required if e.name not in used | OF_LAYOUT]
    if missing:
        names = "、".join(f"{e.title}（{e.name}）" for e in missing)
        raise StandardError(file, 1, f"缺少必备要素：{names}", "the template leaves out " + names)
    _check_words(document, source, file)
    _check_result(document, source, file)


def load_templates(catalogue: Catalogue, *, folder: Path | None = None) -> dict[str, str]:
    """Every paper's template, the office's own from `folder` where it has one.

    StandardError at the first that may not be used.
    """
    found = {
        document.code: load_template(document, folder=folder)
        for document in catalogue.documents.values()
    }
    check_used(catalogue, folder=folder)
    return found


def load_template(document: Document, *, folder: Path | None = None) -> str:
    """One paper's template; StandardError where there is none or it may not be used."""
    path = _path(document.template, folder)
    if not path.is_file():
        wrong = (f"没有模板文件{document.template}", f"no template {document.template}")
        raise StandardError("documents.yaml", document.line, *wrong)
    source = path.read_text(encoding="utf-8")
    check_template(document, source, file=path.name)
    return source


def check_used(catalogue: Catalogue, *, folder: Path | None = None) -> None:
    """StandardError at the first template in the folder that no paper uses."""
    known = {document.template for document in catalogue.documents.values()}
    own = folder / FOLDER.name if folder else FOLDER
    for path in sorted(own.glob("*.html")):
        if path.name not in known:
            raise StandardError(path.name, 1, "没有文书使用此模板", "no paper uses it")


def _path(template: str, folder: Path | None) -> Path:
    own = folder / FOLDER.name / template if folder else FOLDER / template
    return own if own.is_file() else FOLDER / template


def _parsed(source: str, file: str) -> nodes.Template:
    if len(source) > LONGEST:
        raise StandardError(file, 1, f"最多{LONGEST}个字", f"at most {LONGEST} characters")
    for number, line in enumerate(source.splitlines(), 1):
        if "<!" in line or "<?" in line:
            raise StandardError(file, number, "不能使用声明", "declarations are not allowed")
    try:
        tree = ENVIRONMENT.parse(source)
    except jinja2.TemplateSyntaxError as error:
        reason = error.message or "syntax"
        raise StandardError(file, error.lineno, f"语法错误：{reason}", reason) from error
    for kind in (nodes.Call, nodes.Macro, nodes.Include, nodes.Import, nodes.Extends, nodes.Block):
        node = tree.find(kind)
        if node is not None:
            wrong = ("不能使用函数、宏或引用", "no calls, macros or includes")
            raise StandardError(file, node.lineno, *wrong)
    return tree


def _check_words(document: Document, source: str, file: str) -> None:
    for word in document.never:
        for number, line in enumerate(source.splitlines(), 1):
            if word in line:
                wrong = (f"不得出现“{word}”（{document.basis}）", f"may not contain {word}")
                raise StandardError(file, number, *wrong)
    for word in document.says:
        if word not in source:
            wrong = (f"必须写明“{word}”（{document.basis}）", f"must contain {word}")
            raise StandardError(file, 1, *wrong)


def _check_result(document: Document, source: str, file: str) -> None:
    system = {
        "unit_name": "云屏区信访局",
        "number": "云信访转〔2026〕1号",
        "issued_on": SAMPLE_DAY,
        "case_no": "XS202600000001",
        "document_name": document.name,
    }
    least = {element.name: element.sample for element in document.required}
    try:
        template = ENVIRONMENT.from_string(source)
    except jinja2.TemplateSyntaxError as error:
        reason = error.message or "syntax"
        raise StandardError(file, error.lineno, f"语法错误：{reason}", reason) from error
    for fields in (document.samples, least):
        try:
            parse(template.render(**values_of(document, fields, system)))
        except jinja2.TemplateError as error:
            line = getattr(error, "lineno", None) or _line_of(error)
            raise StandardError(file, line, f"不能生成：{error}", str(error)) from error
        except ET.ParseError as error:
            line = error.position[0]
            wrong = (f"生成的第{line}行不是规范的标记：{error}", f"output line {line}: {error}")
            raise StandardError(file, line, *wrong) from error
        except (TypeError, ValueError) as error:
            zh, en = in_language(str(error), "zh"), in_language(str(error), "en")
            raise StandardError(file, _line_of(error), f"不能生成：{zh}", en) from error


def _line_of(error: BaseException) -> int:
    """The template's line on which a rendering failed: the last frame that belongs to it."""
    line, frame = 1, error.__traceback__
    while frame is not None:
        if frame.tb_frame.f_code.co_filename == "<template>":
            line = frame.tb_lineno
        frame = frame.tb_next
    return line


def parse(text: str) -> ET.Element:
    """The text as a tree; ValueError where it has other elements than a paper may have."""
    root = ET.fromstring(f"<body>{text}</body>")
    for element in root.iter():
        if element is root:
            continue
        if element.tag not in TAGS:
            names = "、".join(sorted(TAGS))
            raise ValueError(both(f"不能使用<{element.tag}>，只能使用{names}", f"<{element.tag}>"))
        for name, value in element.attrib.items():
            fits = _CLASS.match(value) if name == "class" else _SPAN.match(value)
            if name not in ATTRIBUTES or not fits:
                raise ValueError(both(f"不能使用属性{name}", f"attribute {name}={value!r}"))
    return root
