if running_systemd; then systemctl daemon-reload; fi
if [ "$1" = purge ]; then
  rm -rf "$root/var/lib/heimdall"
  # What people have put there stays.
  rmdir --ignore-fail-on-non-empty "$root/etc/heimdall" 2>/dev/null || true
fi
