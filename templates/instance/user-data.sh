#!/bin/bash
# What an instance of the fleet does when it boots, logged to /var/log/cloud-init-output.log. CloudFormation fills in
# names in braces behind a dollar sign: the shell's own variables are written without.
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
  conf hdRole '${Role}'
  conf region '${Region}'
  conf configDirectory '${ConfigDirectory}'
  conf configSource '${ConfigSource}'
  conf hdSecretKey '${SecretName}'
  conf lifecycleHook '${LifecycleHook}'
  conf scaleInPatience '${Patience}'
  conf managerAddress '${ManagerAddress}'
  conf managerPort '${ManagerPort}'
  conf managerSecret '${ManagerSecret}'
} >/etc/heimdall.conf
chmod 644 /etc/heimdall.conf

# A configuration on a file system. Without it a node starts from its copy, which a new instance has not.
mount='${Mount}'
mounted() {
  command -v mount.efs >/dev/null || attempts dnf install -y -q amazon-efs-utils || return
  mkdir -p /mnt/heimdall
  grep -qxF "$mount" /etc/fstab || printf '%s\n' "$mount" >>/etc/fstab
  mountpoint -q /mnt/heimdall || attempts timeout 60 mount /mnt/heimdall
}
if [ -n "$mount" ] && ! mounted; then
  if ! compgen -G '/var/lib/heimdall/*.copy' >/dev/null; then
    echo "/mnt/heimdall cannot be mounted, and there is no copy of the configuration here: nothing starts" >&2
    exit 1
  fi
  echo '/mnt/heimdall cannot be mounted: the node starts from its copy' >&2
fi

# Packages of Amazon Linux come from S3: its gateway endpoint is enough.
command -v java >/dev/null || attempts dnf install -y -q java-21-amazon-corretto-headless
id heimdall >/dev/null 2>&1 || useradd --system --home-dir /var/lib/heimdall --shell /sbin/nologin heimdall

# By these a node knows the servers of RDS. Without a way to the internet, the image brings them along.
bundle=/etc/ssl/certs/global-bundle.pem
case '${Region}' in
  us-gov-*) ca=truststore.pki.us-gov-west-1.rds.amazonaws.com ;;
  cn-*) ca=rds-truststore.s3.cn-north-1.amazonaws.com.cn ;;
  *) ca=truststore.pki.rds.amazonaws.com ;;
esac
if [ ! -s $bundle ]; then
  curl -fsS -m 15 --retry 2 -o $bundle.new https://$ca/global/global-bundle.pem && mv $bundle.new $bundle ||
    echo "$bundle is missing: no node in front of RDS starts without it" >&2
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
install -m 644 /opt/heimdall/current/systemd/90-heimdall.conf /etc/sysctl.d/90-heimdall.conf
[ -z "$mount" ] || install -m 644 /opt/heimdall/current/systemd/heimdall-mount.* /etc/systemd/system/
sysctl -q --system
systemctl daemon-reload
[ -z "$mount" ] || systemctl enable --now heimdall-mount.timer
systemctl enable --now heimdall

# Up means what the load balancer will ask as well.
for second in $(seq 1 180); do
  if curl -fsS -m 2 -o /dev/null 'http://127.0.0.1:${HealthPort}/livez'; then
    exit 0
  fi
  sleep 1
done
journalctl -u heimdall -n 50 --no-pager || true
echo "heimdall did not come up within $second s; its log is above" >&2
exit 1
