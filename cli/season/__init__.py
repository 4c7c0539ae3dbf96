"""`massicot demo --season`: a whole session on a moving clock, from the first duty to the purge."""
