"""Commands for models: the features they learn from, and the scores they give."""
