make_user
cache_classes
begin_anew
[ "$1" -gt 1 ] || first_steps
