"""How the product looks, to visitors, in mails, on paper and to staff: tokens, and what the company chose."""
