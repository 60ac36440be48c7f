"""What people write, read generously: amounts, dates, telephone numbers, ticked boxes, names of units, two fields in one cell."""
