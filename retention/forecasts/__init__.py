"""What the coming nights will do, and the answer to 'why is this kept?'."""
