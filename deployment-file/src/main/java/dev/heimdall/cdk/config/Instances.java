package dev.heimdall.cdk.config;

import dev.heimdall.model.Format;
import dev.heimdall.model.Setting;
import java.util.Optional;

/** Settings by which people find out the outcome of an instance, of the fleet or the manager. */
public record Instances(
    @Setting(
            value =
                "Instances send the log of their boot and the journal of Heimdall's units to"
                    + " CloudWatch Logs. A network without a way out needs the interface endpoint"
                    + " `logs`, which `network.endpoints` makes.",
            byDefault = "true")
        boolean logs,
    @Setting(
            value = "Days that these logs are kept, a number that CloudWatch Logs knows.",
            otherwise = "`observability.keepLogs`",
            range = "1..3653")
        Optional<Integer> keepLogs,
    @Setting(
            value =
                "A key of KMS (ARN) in the region that these logs are encrypted with. Its policy has"
                    + " to let `logs.REGION.amazonaws.com` use it.",
            otherwise = "a key of CloudWatch Logs",
            format = Format.TEXT)
        Optional<String> logsKey,
    @Setting(
            value =
                "People may open shells on instances with Session Manager: roles get the policy"
                    + " `AmazonSSMManagedInstanceCore`, and a network that is made with `endpoints`"
                    + " gets `ssm`, `ssmmessages` and `ec2messages`.",
            byDefault = "false")
        boolean sessionManager,
    @Setting(
            value =
                "An instance whose boot has failed is kept in its group, in standby, for people to"
                    + " look at: one of each group, beside the one that takes its place. Others are"
                    + " replaced.",
            byDefault = "false")
        boolean keepFailed) {
  /** Name of the policy that lets instances take part in sessions. */
  public static final String SESSION_POLICY = "AmazonSSMManagedInstanceCore";
}
