if running_systemd; then systemctl daemon-reload; fi
