"""The nightly deletion: its rules and batches, its ledger, the cap, and the approval of a run that waits."""
