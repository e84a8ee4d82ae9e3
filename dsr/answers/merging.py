"""Two records of one person are merged: what they asked of us is about the one that stays."""

from psycopg2 import sql

from contacts.merging.merging_rules import Rules, moved

_SAME_REQUEST = sql.SQL("kept.request_id = its.request_id")
_SAME_HANDOVER = sql.SQL("kept.request_id = its.request_id AND kept.portable = its.portable")

RULES: Rules = {
    "dsr.Subject.contact": (moved("dsr_subject", unless=_SAME_REQUEST),),
    "dsr.Paper.contact": (moved("dsr_paper"),),
    "dsr.Representative.contact": (moved("dsr_representative"),),
    "dsr.Evidence.contact": (moved("dsr_evidence"),),
    "dsr.Enclosure.contact": (moved("dsr_enclosure"),),
    # A visit ends by itself where its address is not the one that stays (dsr.proving).
    "dsr.Proof.contact": (moved("dsr_proof"),),
    "dsr.Handover.contact": (moved("dsr_handover", unless=_SAME_HANDOVER),),
}
