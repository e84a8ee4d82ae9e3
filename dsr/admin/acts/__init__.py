"""What an officer does with a request: a dialog for each act, with what it asks and the letter that it sends."""
