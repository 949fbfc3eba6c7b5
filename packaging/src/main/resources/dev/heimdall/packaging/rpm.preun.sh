[ "$1" -gt 0 ] || end_service
