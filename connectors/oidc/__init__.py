"""OpenID Connect: signing in with the accounts an organisation has already."""
