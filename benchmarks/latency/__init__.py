"""Where the seconds of one edit go."""
