"""Requests and answers about categories, suggestions, classifiers and pre-dispatch."""

import marshmallow as ma
from marshmallow import fields

from shared.web.fields import Body, Flag, Text, Whole


class CategoryOut(ma.Schema):
    """A category, its place in the tree, and the unit that usually handles it."""

    code = fields.Str()
    name = fields.Str()
    unit = fields.Str()
    parent = fields.Str(allow_none=True)
    level = fields.Int()


class CategoriesOut(ma.Schema):
    """All categories that are valid now."""

    items = fields.List(fields.Nested(CategoryOut))


class PreDispatchIn(Body):
    """From how many per cent of confidence on a category's cases go to which unit by themselves."""

    min_percent = Whole(least=50, most=100, required=True)
    unit = Text(longest=50, required=True)
    active = Flag(load_default=False)


class PreDispatchOut(ma.Schema):
    """A rule of pre-dispatch."""

    category = fields.Str()
    min_percent = fields.Int()
    unit = fields.Str()
    active = fields.Bool()
    changed_by = fields.Str()
    changed_at = fields.AwareDateTime()


class PreDispatchesOut(ma.Schema):
    """A page of the rules of pre-dispatch."""

    items = fields.List(fields.Nested(PreDispatchOut))
    next_cursor = fields.Str(allow_none=True)


class MetricsOut(ma.Schema):
    """What was measured on rows that a classifier has never seen.

    `sure_share` is how many it said with a confidence of 0.95 or more, `sure_right` how many of
    those were right.
    """

    rows = fields.Int()
    learnt_from = fields.Int()
    macro_f1 = fields.Float()
    accuracy = fields.Float()
    sure_share = fields.Float()
    sure_right = fields.Float(allow_none=True)
    milliseconds = fields.Float()


class ClassifierOut(ma.Schema):
    """A trained classifier."""

    version = fields.Int()
    source = fields.Str()
    metrics = fields.Nested(MetricsOut)
    trained_at = fields.AwareDateTime()
    promoted_at = fields.AwareDateTime(allow_none=True)
    sha256 = fields.Str()
    in_use = fields.Bool()


class ClassifiersOut(ma.Schema):
    """A page of trained classifiers, newest first."""

    items = fields.List(fields.Nested(ClassifierOut))
    next_cursor = fields.Str(allow_none=True)
