"""Kinds of channels, as statistics tell them apart."""

KINDS = {"online": "网信", "letter": "来信", "visit": "来访", "call": "来电"}
