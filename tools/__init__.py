"""Scripts that set the project up and check it; none of them runs in the product."""
