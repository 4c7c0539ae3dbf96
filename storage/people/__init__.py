"""Who there is: candidates, correctors, accounts; what may be held of each, and what was destroyed."""
