"""`python -m routing handbook --out DIR`: both editions of the handbook as HTML and PDF.

    python -m routing handbook --out var/handbook
    python -m routing handbook --out var/handbook --edition department --no-pdf

It needs no running service and no database; of the settings it reads STANDARDS_DIR,
PROCEDURE_PARAMETERS and ROLL_REST_DAYS, so that it tells what the service does. A mistake in a
standards file is told with file and line, and nothing is written.
"""

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path

from routing.domain.categories import Category, RulesError
from routing.domain.category_files import decoded, read_file
from routing.domain.standards import StandardError
from routing.domain.suggestion import load_rules
from routing.handbook.page import to_html
from routing.handbook.shelf import read_standards
from routing.handbook.texts import EDITIONS
from routing.layout.papers import standards
from routing.resources import folder_of, office_procedure
from routing.settings import Chosen
from shared.errors import LANGUAGES, in_language
from shared.settings import BadSettings, read_settings


def main(arguments: list[str]) -> None:
    """Write the editions that are asked for; exits 1, with the reason, where that cannot be."""
    asked = _parser().parse_args(arguments)
    try:
        pages = _pages(asked)
    except (StandardError, RulesError) as error:
        for language in LANGUAGES:
            sys.stderr.write(in_language(error.message, language) + "\n")
        raise SystemExit(1) from error
    except (BadSettings, OSError, ValueError) as error:
        raise SystemExit(f"handbook: {error}") from error
    asked.out.mkdir(parents=True, exist_ok=True)
    for edition, html in pages.items():
        page = asked.out / f"handbook-{edition}.html"
        page.write_text(html, encoding="utf-8")
        sys.stdout.write(f"{page}\n")
        if asked.pdf:
            from routing.handbook.pdf import lay_out  # noqa: PLC0415 - services do without it

            document = lay_out(html)
            document.write_pdf(page.with_suffix(".pdf"))
            sys.stdout.write(f"{page.with_suffix('.pdf')} ({len(document.pages)})\n")


def _pages(asked: argparse.Namespace) -> dict[str, str]:
    chosen = read_settings(Chosen)
    catalogue, templates = standards(folder_of(chosen))
    read = read_standards(
        procedure=office_procedure(chosen),
        catalogue=catalogue,
        templates=templates,
        categories=_categories(asked.categories),
        folder=folder_of(chosen),
    )
    return {edition: to_html(read, edition) for edition in asked.edition or EDITIONS}


def _categories(file: Path | None) -> Mapping[str, Category]:
    if file is None:
        return load_rules().categories
    return read_file(decoded(file.read_bytes(), file=file.name), file=file.name, known={})


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m routing handbook",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--out", type=Path, required=True, help="folder to write to")
    parser.add_argument(
        "--edition", action="append", choices=EDITIONS, help="only this one (may be repeated)"
    )
    parser.add_argument(
        "--categories",
        type=Path,
        help="the office's tree, as `categories export` prints it (this release's)",
    )
    parser.add_argument(
        "--no-pdf", dest="pdf", action="store_false", help="write HTML alone, which is quick"
    )
    return parser
