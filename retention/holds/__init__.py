"""What keeps somebody beyond their time: the holds of officers, and the freezes and restrictions of requests."""
