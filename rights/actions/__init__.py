"""Who may act, decided by people or by the calendar. Nothing else changes these rights."""
