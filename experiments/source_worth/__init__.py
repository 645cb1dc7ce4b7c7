"""What a source is worth: each left out of everything, and each added alone to what is known of the object and its area."""
