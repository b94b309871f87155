"""What emu answers beside AWS: ``/health`` and ``/kumo/*``."""
