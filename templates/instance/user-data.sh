#!/bin/bash
# What an instance of the fleet does when it boots, logged to /var/log/cloud-init-output.log. Only the lines up to the
# first empty one differ between groups: CloudFormation fills in the names in braces there.
region='${Region}'
stack='${StackName}'
group='${GroupName}'
role='${Role}'
configDirectory='${ConfigDirectory}'
configSource='${ConfigSource}'
secret='${SecretName}'
mount='${Mount}'
hook='${LifecycleHook}'
patience='${Patience}'
managerAddress='${ManagerAddress}'
managerPort='${ManagerPort}'
managerSecret='${ManagerSecret}'
managerConf='${ManagerConf}'
release='${ReleaseName}'
releaseBucket='${ReleaseBucket}'
releaseKey='${ReleaseKey}'
healthPort='${HealthPort}'

set -euo pipefail

log=/var/log/heimdall-boot.log
exec 3>&1 > >(tee $log) 2>&1
copy=$!

# Signals the result to CloudFormation, and what was said last: a deployment or update stops at the first instance that
# does not come up. A script that is killed has failed, whatever its last command returned.
finish() {
  local code=$?
  trap - EXIT
  # What mounts a file system may have left a process behind that holds the pipe.
  exec >&3 2>&1
  timeout 5 tail -s .1 --pid=$copy -f /dev/null || true
  [ $code = 0 ] || [ -z "$hook" ] || # the group replaces what does not come up
    aws autoscaling set-instance-health --region "$region" --health-status Unhealthy \
      --instance-id "$(cat /var/lib/cloud/data/instance-id)" || true
  [ -z "$group" ] ||
    /opt/aws/bin/cfn-signal --exit-code $code --reason "$(tail -n 1 $log)" --region "$region" --stack "$stack" --resource "$group" || true
  exit $code
}
trap finish EXIT
trap 'exit 143' TERM
trap 'exit 130' INT
trap 'exit 129' HUP

attempts() {
  local attempt
  for attempt in 1 2 3 4 5; do
    "$@" && return
    sleep $((attempt * 3))
  done
  return 1
}

# Keys without a value are left out: the file is read strictly.
conf() {
  [ -z "$2" ] || printf '%s=%s\n' "$1" "$2"
}
{
  echo '# Written by user-data. heimdall doctor reports what is wrong with it.'
  conf hdRole "$role"
  conf region "$region"
  conf configDirectory "$configDirectory"
  conf configSource "$configSource"
  conf hdSecretKey "$secret"
  conf lifecycleHook "$hook"
  conf scaleInPatience "$patience"
  conf managerAddress "$managerAddress"
  conf managerPort "$managerPort"
  conf managerSecret "$managerSecret"
  [ -z "$managerConf" ] || tr ';' '\n' <<<"$managerConf"
} >/etc/heimdall.conf
chmod 644 /etc/heimdall.conf

# A configuration on a file system. Without it a node starts from its copy, which a new instance does not have.
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

# A manager edits this directory, and fills it from configSource at the first start; what is its own is beside it.
if [ -n "$configDirectory" ] && [ -z "$mount" ]; then
  mkdir -p "$configDirectory" "$configDirectory-manager"
  chown heimdall: "$configDirectory" "$configDirectory-manager"
  chmod 750 "$configDirectory" "$configDirectory-manager"
fi

folder=/opt/heimdall/releases/$release
if [ ! -d "$folder" ]; then
  archive=$(mktemp)
  attempts aws s3 cp --only-show-errors --region "$region" "s3://$releaseBucket/$releaseKey" "$archive"
  mkdir -p "$folder.new"
  tar -xzf "$archive" -C "$folder.new" --no-same-owner
  mv "$folder.new" "$folder"
  rm -f "$archive"
fi
ln -sfn "$folder" /opt/heimdall/current

# The certificate authorities of RDS come with the release: a network without a way to the internet has no other source.
bundle=/etc/ssl/certs/global-bundle.pem
case "$region" in
  us-gov-*) partition=aws-us-gov ;;
  cn-*) partition=aws-cn ;;
  *) partition=aws ;;
esac
if [ ! -s $bundle ]; then
  install -m 644 "$folder/rds/$partition.pem" $bundle ||
    echo "$bundle is missing, and the release has none for $region: no node in front of RDS starts without it" >&2
fi

install -m 644 "$folder/systemd/heimdall.service" /etc/systemd/system/heimdall.service
install -m 644 "$folder/systemd/90-heimdall.conf" /etc/sysctl.d/90-heimdall.conf
[ -z "$mount" ] || install -m 644 "$folder"/systemd/heimdall-mount.* /etc/systemd/system/
[ -z "$hook" ] || install -m 644 "$folder"/systemd/heimdall-watch@* /etc/systemd/system/
sysctl -q --system
systemctl daemon-reload
[ -z "$mount" ] || systemctl enable --now heimdall-mount.timer
systemctl enable --now heimdall
[ -z "$hook" ] || systemctl enable --now "heimdall-watch@$healthPort-$region.timer"

# Up means answering at the address that the load balancer checks: a node that listens on loopback only is not.
set -- $(hostname -I)
for second in $(seq 1 180); do
  if curl -fsS -m 2 -o /dev/null "http://$1:$healthPort/livez"; then
    exit 0
  fi
  sleep 1
done
journalctl -u heimdall -n 50 --no-pager || true
echo "heimdall did not answer at http://$1:$healthPort/livez within $second s; its log is above." \
  "Does its HTTP endpoint listen on this address (http.address)?" >&2
exit 1
