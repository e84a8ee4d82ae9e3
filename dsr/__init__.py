"""What people ask of us: requests from intake to answer, with their deadlines, decisions and letters."""
