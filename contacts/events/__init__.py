"""Events: places, invitations, check-in, dietary needs, calendar files, reminders and announcements."""
