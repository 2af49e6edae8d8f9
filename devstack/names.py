"""Databases and roles, by the names that every server of ours gives them."""

DATABASE = "recann"
KEYS_DATABASE = "recann_keys"
OWNER, APP, PURGE, KEYS = "recann_owner", "recann_app", "recann_purge", "recann_keys"
