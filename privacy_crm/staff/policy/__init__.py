"""The privacy policy: its versions, and the next one from draft to publication, with what it would do."""
