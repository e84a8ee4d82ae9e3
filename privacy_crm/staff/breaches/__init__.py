"""The register of breaches: their clock, who is affected, reports to the authority, letters and notices."""
