"""The bodies of the commands, by whom they serve. Heavy imports stand inside, so that --help is quick."""
