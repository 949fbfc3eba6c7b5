#!/bin/bash
# What an instance of the fleet does when it boots. CloudFormation fills in names in braces behind a dollar sign: the
# shell's own variables are written without braces. Everything is logged to /var/log/cloud-init-output.log.
set -euo pipefail

# Tells CloudFormation how it went, so that an update stops at the first instance that does not come up.
finish() {
  /opt/aws/bin/cfn-signal --exit-code "$?" --region '${Region}' --stack '${StackName}' --resource '${GroupName}' || true
}
trap finish EXIT

attempts() {
  local attempt
  for attempt in 1 2 3 4 5; do
    "$@" && return
    sleep $((attempt * 3))
  done
  return 1
}

# Keys that nobody wrote are left out: the file is read strictly.
conf() {
  [ -z "$2" ] || printf '%s=%s\n' "$1" "$2"
}
{
  echo '# Written by user-data. heimdall doctor says what is wrong with it.'
  conf hdRole 'proxy'
  conf region '${Region}'
  conf configSource '${ConfigSource}'
  conf hdSecretKey '${SecretName}'
  conf lifecycleHook '${LifecycleHook}'
  conf scaleInPatience '${Patience}s'
} >/etc/heimdall.conf
chmod 644 /etc/heimdall.conf

# Amazon Linux keeps its packages in S3, which a gateway endpoint reaches without a way to the internet.
command -v java >/dev/null || attempts dnf install -y -q java-21-amazon-corretto-headless
id heimdall >/dev/null 2>&1 || useradd --system --home-dir /var/lib/heimdall --shell /sbin/nologin heimdall

# By these a node knows the servers of RDS. An image for a network without a way to the internet brings them along.
bundle=/etc/ssl/certs/global-bundle.pem
if [ ! -s $bundle ]; then
  curl -fsS -m 15 --retry 2 -o $bundle.new https://truststore.pki.rds.amazonaws.com/global/global-bundle.pem &&
    mv $bundle.new $bundle || echo "$bundle is missing: no node in front of RDS starts without it" >&2
fi

release='/opt/heimdall/releases/${ReleaseName}'
if [ ! -d "$release" ]; then
  archive=$(mktemp)
  attempts aws s3 cp --only-show-errors --region '${Region}' 's3://${ReleaseBucket}/${ReleaseKey}' "$archive"
  mkdir -p "$release.new"
  tar -xzf "$archive" -C "$release.new" --no-same-owner
  mv "$release.new" "$release"
  rm -f "$archive"
fi
ln -sfn "$release" /opt/heimdall/current

install -m 644 /opt/heimdall/current/systemd/heimdall.service /etc/systemd/system/heimdall.service
# Connections a client may open at once before the node has taken them; ports for those to the servers.
cat >/etc/sysctl.d/90-heimdall.conf <<'END'
net.core.somaxconn = 4096
net.ipv4.tcp_max_syn_backlog = 8192
net.ipv4.ip_local_port_range = 10240 65535
END
sysctl -q --system
systemctl daemon-reload
systemctl enable --now heimdall

# Up means what the load balancer will ask as well.
for second in $(seq 1 180); do
  if curl -fsS -m 2 -o /dev/null 'http://127.0.0.1:${HttpPort}/livez'; then
    exit 0
  fi
  sleep 1
done
journalctl -u heimdall -n 50 --no-pager || true
echo "heimdall did not come up within $second s; its log is above" >&2
exit 1
