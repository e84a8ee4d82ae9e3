"""What time brings: reminders to the officer, and questions that nobody answered."""
