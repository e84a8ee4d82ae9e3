"""Telling people whose data did not come from them (Art. 14), and the recurring reviews."""
