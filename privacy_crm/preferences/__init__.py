"""The pages behind the links in our mails: unsubscribe, channels, topics and consent."""
