if [ "$1" = remove ]; then
  end_service
  forget_classes
fi
