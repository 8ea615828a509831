"""What the town says of its compartments (`wall`), what is remembered of them (`tables`) and who writes it (`book`)."""
