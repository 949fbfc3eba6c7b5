"""Side-by-side load measurements of PostgreSQL proxies. Standard library only; imports nothing of the product."""
