"""Who there is, and what the law wants of it: accounts, lists, access requests, purges."""
