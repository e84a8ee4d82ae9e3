"""What an officer sees of requests: the inbox, the page of a request and its next step, letters and packages."""
