#!/bin/bash
# What an instance of the fleet does when it boots, logged to /var/log/heimdall-boot.log. Only the lines up to the first
# empty one differ between groups: CloudFormation fills in the names in braces there.
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
facts='{"name":"${Region}"${Facts}${MoreFacts}}'
release='${ReleaseName}'
releaseBucket='${ReleaseBucket}'
releaseKey='${ReleaseKey}'
healthPort='${HealthPort}'
logGroup='${LogGroup}'
keepFailed='${KeepFailed}'

set -euo pipefail
umask 022 # what the user of the service reads

log=/var/log/heimdall-boot.log
exec 3>&1 > >(tee $log) 2>&1
copy=$!

# Has amazon-cloudwatch-agent send this log, and the journal's copy (heimdall-journal), to the group of logs: when the node
# has started, or when the boot has failed. Without the agent both stay here, and the boot goes on.
shipped=
ship() {
  [ -n "$logGroup" ] && [ -z "$shipped" ] || return 0
  shipped=yes
  local agent=/opt/aws/amazon-cloudwatch-agent list= name
  if [ ! -x $agent/bin/amazon-cloudwatch-agent-ctl ] && ! timeout 120 dnf install -y -q amazon-cloudwatch-agent; then
    echo 'amazon-cloudwatch-agent cannot be installed: logs stay on this instance' >&2
    return 0
  fi
  for name in boot journal; do
    list="$list,{\"file_path\":\"/var/log/heimdall-$name.log\",\"log_group_name\":\"$logGroup\",\"log_stream_name\":\"{instance_id}/$name\"}"
  done
  mkdir -p $agent/etc
  echo "{\"logs\":{\"logs_collected\":{\"files\":{\"collect_list\":[$(cut -c 2- <<<"$list")]}}}}" >$agent/etc/heimdall.json
  timeout 60 $agent/bin/amazon-cloudwatch-agent-ctl -a fetch-config -m ec2 -s -c file:$agent/etc/heimdall.json >/dev/null ||
    echo 'amazon-cloudwatch-agent does not start: logs stay on this instance' >&2
}

attempts() {
  local attempt
  for attempt in 1 2 3 4 5; do
    "$@" && return 0 # a bare return in a trap has the status of before the trap
    sleep $((attempt * 3))
  done
  return 1
}

# Keeps this instance for people to look at: in its group, but neither counted, nor asked for its health, nor behind the load
# balancer; the group begins another one. It keeps one: more are replaced, or a release that fails would fill the account.
keep() {
  local id name others
  id=$(cat /var/lib/cloud/data/instance-id)
  name=$(aws autoscaling describe-auto-scaling-instances --region "$region" --instance-ids "$id" \
    --query 'AutoScalingInstances[0].AutoScalingGroupName' --output text) || return 1
  others=$(aws autoscaling describe-auto-scaling-instances --region "$region" --output text \
    --query "AutoScalingInstances[?AutoScalingGroupName=='$name' && contains(LifecycleState, 'Standby')].InstanceId") || return 1
  [ -z "$others" ] || return 1
  # A group takes none that is not in service yet.
  attempts aws autoscaling enter-standby --region "$region" --instance-ids "$id" --auto-scaling-group-name "$name" \
    --no-should-decrement-desired-capacity >/dev/null
}

# Says at the end of the log why a boot failed, and signals the result to CloudFormation: a deployment or update stops at the first
# instance that does not come up. The signal has no room for a reason; its event names the instance, and so the stream of its log.
# A script that is killed has failed, whatever its last command returned.
finish() {
  local code=$? said id kept=
  # Who is ended meanwhile would tell the stack nothing.
  trap '' TERM INT HUP
  trap - EXIT
  # What mounts a file system may have left a process behind that holds the pipe.
  exec >&3 2>&1
  timeout 5 tail -s .1 --pid=$copy -f /dev/null || true
  if [ $code != 0 ]; then
    id=$(cat /var/lib/cloud/data/instance-id || true)
    said=$(tail -n 1 $log)
    [ "$(df --output=avail /var/log | tail -n 1)" -gt 1024 ] || said="the disk is full. $said"
    said="the boot failed: $said"
    tail -n 20 $log >/dev/console || true # which the console of EC2 shows
    echo "$said" | tee -a $log >/dev/console || true
    # It takes a minute: all the rest is said by then.
    if [ -n "$keepFailed" ]; then
      if keep; then
        kept=yes said="$said (kept in standby: $id)"
      else
        said="$said (not kept: another one of the group is, or it cannot be)"
      fi
      echo "$said" | tee -a $log >/dev/console || true
    fi
    ship || true
    [ -z "$logGroup" ] || sleep 10 # the agent sends each 5
    [ -n "$kept" ] || [ -z "$hook" ] || # the group replaces what does not come up
      aws autoscaling set-instance-health --region "$region" --health-status Unhealthy --instance-id "$id" || true
  fi
  [ -z "$group" ] ||
    /opt/aws/bin/cfn-signal --exit-code $code --region "$region" --stack "$stack" --resource "$group" || true
  exit $code
}
trap finish EXIT
trap 'exit 143' TERM
trap 'exit 130' INT
trap 'exit 129' HUP

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

# All that follows comes with the release: a template has a limit.
if [ ! -f "$folder/systemd/heimdall-boot" ]; then
  echo "the release $release is older than this template: it has no systemd/heimdall-boot" >&2
  exit 1
fi
. "$folder/systemd/heimdall-boot"
