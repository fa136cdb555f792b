"""All that the handbook is made of, read and checked."""

from collections.abc import Mapping
from dataclasses import dataclass

from routing.domain.categories import Category
from routing.domain.documents import Catalogue
from routing.domain.procedure import Procedure
from routing.handbook.answers import AnswerCheck
from routing.handbook.people import Post, Rule
from routing.handbook.texts import Texts


@dataclass(frozen=True)
class Standards:
    """All that the handbook is made of."""

    procedure: Procedure
    texts: Texts
    posts: Mapping[str, Post]
    conduct: tuple[Rule, ...]
    catalogue: Catalogue
    templates: Mapping[str, str]
    categories: Mapping[str, Category]
    answers: tuple[AnswerCheck, ...]
