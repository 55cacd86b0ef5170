"""What we tell people: notices, whom they go to, how they are worded, and how they leave the house."""
