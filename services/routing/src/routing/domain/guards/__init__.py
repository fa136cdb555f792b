"""Guards: each says why an action may not be taken, by which rule, or None.

procedure.yaml names them; they are asked in its order and the first refusal counts. STANDING
guards look at the case and the caller alone, so that one knows beforehand what is allowed now;
the others look at what was sent.
"""

from collections.abc import Callable

from routing.domain.guards import (
    answering,
    declining,
    dispatching,
    handling,
    opinions,
    protecting,
    reviewing,
)
from routing.domain.scene import Refusal, Scene

Guard = Callable[[Scene], Refusal | None]

_STANDING: tuple[Guard, ...] = (
    dispatching.words_there,
    dispatching.written_only,
    dispatching.visit_only,
    dispatching.direct_or_office,
    dispatching.was_assigned,
    dispatching.no_re_review_stands,
    dispatching.petitions_left,
    dispatching.nothing_running,
    handling.has_lead,
    handling.lead_abolished,
    handling.not_signed_yet,
    handling.own_case_or_head,
    handling.not_designated,
    handling.objection_in_time,
    handling.is_claim,
    handling.is_suggestion,
    handling.is_claim_or_suggestion,
    handling.simple_fits,
    handling.extension_once,
    handling.extension_in_time,
    handling.part_open,
    answering.parts_answered,
    opinions.may_answer,
    opinions.may_review,
    protecting.not_accusation,
    protecting.office_not_accused,
    protecting.is_secret,
    protecting.only_suspected,
    protecting.not_secret_yet,
    protecting.nobody_reviews_own,
    reviewing.hearing_seat,
    reviewing.review_open,
    reviewing.re_review_open,
    reviewing.late_application_waits,
    reviewing.late_re_application_waits,
    reviewing.file_called,
    reviewing.review_may_be_extended,
    reviewing.window_over,
    reviewing.review_late,
)
_ASKING: tuple[Guard, ...] = (
    dispatching.purpose_fits,
    dispatching.unit_takes_cases,
    dispatching.units_exist,
    dispatching.date_not_past,
    dispatching.politics_law_body,
    declining.ground_holds,
    declining.re_review_stands,
    dispatching.heir_named,
    dispatching.target_open,
    dispatching.own_target,
    dispatching.same_lane,
    dispatching.parts_whole,
    dispatching.rest_reworded,
    dispatching.petitions_of_case,
    handling.reasons_in_detail,
    handling.below_own_unit,
    handling.extension_short_enough,
    handling.not_lead_already,
    answering.reply_route_fits,
    answering.not_same_opinion,
    opinions.words_hold,
    opinions.review_words_hold,
    answering.service_proved,
    answering.close_reason_holds,
    answering.report_accepted,
    answering.agreed_not_ahead,
    answering.received_not_ahead,
    protecting.not_accused,
    protecting.told_not_accused,
    protecting.target_not_accused,
    protecting.discipline_only,
    protecting.account_not_accused,
    protecting.lead_not_named,
    protecting.not_oneself,
    protecting.not_own_opinion,
    reviewing.pause_only_in_re_review,
    reviewing.notice_not_ahead,
    reviewing.conclusion_after_notice,
    reviewing.review_in_time,
    reviewing.re_review_in_time,
    reviewing.redo_has_date,
    reviewing.redo_date_ahead,
)
GUARDS: dict[str, Guard] = {guard.__name__: guard for guard in (*_STANDING, *_ASKING)}
STANDING = frozenset(guard.__name__ for guard in _STANDING)
