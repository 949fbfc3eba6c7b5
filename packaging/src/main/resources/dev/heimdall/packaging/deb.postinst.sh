if [ "$1" = configure ]; then
  make_user
  cache_classes
  begin_anew
  [ -n "$2" ] || first_steps
fi
