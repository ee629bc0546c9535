"""What citizens bring in numbers: hot issues, and the items of public opinion opened from them."""
