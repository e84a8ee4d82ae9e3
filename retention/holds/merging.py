"""Two records of one person are merged: what held either holds the one that stays."""

from psycopg2 import sql

from contacts.merging.merging_rules import GOES, Rules, met, moved

_SAME_HOLD = sql.SQL("kept.kind = its.kind AND kept.reason = its.reason")

RULES: Rules = {
    "retention.Hold.contact": (
        # The longer one stands, and keeps what either keeps. A run looks again where one of them has not been dealt
        # with.
        met(
            "retention_hold",
            _SAME_HOLD,
            sql.SQL("""
                placed_at = LEAST(kept.placed_at, its.placed_at),
                until = CASE WHEN kept.until IS NOT NULL AND its.until IS NOT NULL
                    THEN GREATEST(kept.until, its.until) END,
                financial_year_ended_on = CASE WHEN kept.until IS NOT NULL AND its.until > kept.until
                    THEN its.financial_year_ended_on WHEN its.until IS NULL AND kept.until IS NOT NULL THEN NULL
                    ELSE kept.financial_year_ended_on END,
                closed_on = CASE WHEN kept.closed_on IS NOT NULL AND its.closed_on IS NOT NULL
                    THEN GREATEST(kept.closed_on, its.closed_on) END,
                keeps = ARRAY(SELECT DISTINCT word FROM unnest(kept.keeps || its.keeps) word ORDER BY word),
                legal_reference = concat_ws('; ', NULLIF(kept.legal_reference, ''),
                    NULLIF(NULLIF(its.legal_reference, ''), kept.legal_reference))"""),
        ),
        moved("retention_hold", unless=_SAME_HOLD),
    ),
    # An approval covers whom it named, and a run decides about them anew.
    "retention.PurgeCandidate.contact": GOES,
}
