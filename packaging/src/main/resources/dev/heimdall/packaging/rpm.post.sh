make_user
begin_anew
[ "$1" -gt 1 ] || first_steps
