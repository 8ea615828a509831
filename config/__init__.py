"""What this kiosk was told: its settings, typed and validated. Imports nothing of ours; everybody may import it."""
