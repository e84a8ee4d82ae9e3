"""Personal data breaches: the register, the 72 hours, reports, letters and notices (Art. 33 and 34 GDPR, L10)."""
