"""Kill the product at random, for real, and show that nothing acknowledged is lost and nothing is sent twice."""
