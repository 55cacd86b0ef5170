"""What the law says: procedures, calendars and communes, all of them data."""
