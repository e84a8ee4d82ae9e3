"""What we write to people about their requests: drafts that the officer may change, one module for each occasion.

Each takes (request, policy, language, facts) and returns a Draft. `preview` shows one as it will be sent.
"""
