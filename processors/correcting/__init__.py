"""Lots and what a corrector gives back: who may mark which copy, marks, notes, annotated documents."""
