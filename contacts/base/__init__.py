"""What every room uses: dates, languages, rows of SQL, workbooks, the audit trail, and commands' common ways."""
