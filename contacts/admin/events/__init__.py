"""Events for staff: planning, inviting, guests and their places, and the door on the day."""
