"""Correcting a registration (更正), and voiding one that should not be there (错登作废).

P-GC22 Art.4 wants registrations objective, accurate and timely; a number is never used again.
"""

import datetime as dt
import json
import uuid
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from intake import models
from intake.domain import registration
from intake.domain.correction import PERSONS, VOIDABLE, WORDS
from intake.events import PetitionCorrected, PetitionVoided, events
from intake.resources import Resources
from intake.use_cases.cases import cases_of
from intake.use_cases.drafting import located
from intake.use_cases.looking import check_may_see
from intake.use_cases.masking import masked_person, masked_words
from intake.use_cases.places import place_of
from intake.use_cases.sealing import (
    participants_of,
    petitioner_of,
    replace_participants,
    replace_petitioner,
)
from shared.auth import Principal
from shared.clock import Clock, office_day
from shared.db import Session
from shared.errors import Conflict, Invalid, NotFound, both
from shared.outbox import emit

_petitions, _corrections, _voidings = models.petitions, models.corrections, models.voidings
