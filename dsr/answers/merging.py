"""Two records of one person are merged: what they asked of us is about the one that stays."""

from contacts.merging.merging_rules import Rules, moved

RULES: Rules = {
    "dsr.Subject.contact": (moved("dsr_subject", unless="kept.request_id = its.request_id"),),
    "dsr.Paper.contact": (moved("dsr_paper"),),
    # A visit ends by itself where its address is not the one that stays (dsr.proving).
    "dsr.Proof.contact": (moved("dsr_proof"),),
    "dsr.Handover.contact": (
        moved("dsr_handover", unless="kept.request_id = its.request_id AND kept.portable = its.portable"),
    ),
}
