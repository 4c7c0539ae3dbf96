"""One room per question asked of a scan, from its page images to its anonymous copies."""
