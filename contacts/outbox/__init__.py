"""The outbox: messages owed in the transaction of their cause, their links, and how they leave by SMTP."""
