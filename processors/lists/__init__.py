"""Lists that people keep as CSV files: taken whole, or refused with a sentence for each line to mend."""
