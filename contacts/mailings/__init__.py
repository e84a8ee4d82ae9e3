"""A mailing from draft to report: its people, approval, schedule and sending."""
