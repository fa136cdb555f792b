"""Units: the bureau, departments, sub-districts and bodies that cases go to."""

from routing.use_cases.units.importing import (
    export_responsibilities,
    export_units,
    import_responsibilities,
    import_units,
)
from routing.use_cases.units.keeping import list_units, page_units, put_unit
from routing.use_cases.units.knowing import (
    lines,
    organisation,
    responsible,
    reviewer_of,
    successor_of,
    unit_for,
    unit_names,
)

__all__ = [
    "export_responsibilities",
    "export_units",
    "import_responsibilities",
    "import_units",
    "lines",
    "list_units",
    "organisation",
    "page_units",
    "put_unit",
    "responsible",
    "reviewer_of",
    "successor_of",
    "unit_for",
    "unit_names",
]
