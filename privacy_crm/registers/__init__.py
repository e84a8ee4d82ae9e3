"""Registers that the product itself keeps: record of processing (Art. 30), data map, evidence of reviews."""
