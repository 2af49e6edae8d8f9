"""One command on a bare machine: servers from wheels, processes, checks. Unused in production."""
