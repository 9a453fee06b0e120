"""Start-up time, beside a bare interpreter."""
