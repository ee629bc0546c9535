"""Weekly, monthly and annual reports, as an office sends them."""
