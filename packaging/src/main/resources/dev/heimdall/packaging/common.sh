# DPKG_ROOT: where all is installed, unless that is this machine.
root=${DPKG_ROOT:-}

running_systemd() {
  [ -z "$root" ] && [ -d /run/systemd/system ]
}

# The user that the service is, and who may read what it is configured with.
make_user() {
  if command -v systemd-sysusers >/dev/null; then
    systemd-sysusers ${root:+--root="$root"} heimdall.conf
  elif ! grep -q '^heimdall:' "$root/etc/passwd"; then
    useradd --system --user-group ${root:+--prefix "$root"} --home-dir /var/lib/heimdall \
      --shell /usr/sbin/nologin heimdall
  fi
  chgrp "$(sed -n 's/^heimdall:[^:]*:\([0-9]*\):.*/\1/p' "$root/etc/group")" "$root/etc/heimdall"
  chmod 0750 "$root/etc/heimdall"
}

# What Java loads is cached for the Java of this machine; without it nodes start, too. A node that runs goes first: in
# memory, of which it was given nearly all, and in time.
cache_classes() {
  [ -n "$root" ] || (
    echo 1000 >/proc/self/oom_score_adj
    unset XDG_CACHE_HOME
    HOME=/nonexistent HEIMDALL_JAVA_OPTS='-Xmx192m -XX:MaxDirectMemorySize=64m' \
      exec nice -n 19 timeout -k 5 120 heimdall prepare --seconds 5
  ) >/dev/null 2>&1 || true
}

forget_classes() {
  rm -rf "$root/usr/share/heimdall/cache"
}

first_steps() {
  echo 'heimdall: write a configuration to /etc/heimdall, or name its place in /etc/heimdall.conf; then: systemctl enable --now heimdall'
}

# With another release, clients of the one before are drained first, or go on in the process that takes its place, where
# heimdall-in-place is what runs: a reload of any other unit would leave the old release there.
begin_anew() {
  running_systemd || return 0
  systemctl daemon-reload
  sysctl -q -p /usr/lib/sysctl.d/90-heimdall.conf || true
  again=try-restart
  case $(systemctl show --property=ExecStart heimdall.service) in
    *heimdall-in-place*) again=try-reload-or-restart ;;
  esac
  systemctl "$again" --no-block heimdall.service
}

end_service() {
  running_systemd || return 0
  systemctl --no-reload disable --now heimdall.service
}
