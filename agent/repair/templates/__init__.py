"""Candidate edits on the syntax tree: for Python over `ast`, for other languages over tree-sitter."""
