"""Bars of up to five providers, and labelled disagreements among them."""
