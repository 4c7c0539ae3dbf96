"""The room of dossiers: which piece is this; what does it state; which of the four grounds does it raise?"""
