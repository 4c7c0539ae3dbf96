"""Who comes in, and to what: accounts, sessions, second factors, and what each request passes through."""
