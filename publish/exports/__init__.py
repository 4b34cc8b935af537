"""Exports: tables of the published copy as files of one run, one module for each format."""
