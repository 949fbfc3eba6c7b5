package dev.heimdall.cdk.instance;

import dev.heimdall.cdk.values.Switch;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import software.amazon.awscdk.CfnCondition;
import software.amazon.awscdk.RemovalPolicy;
import software.amazon.awscdk.services.logs.CfnLogGroup;
import software.constructs.Construct;

/**
 * Settings by which people find out the outcome of an instance.
 *
 * @param logs whether instances send the log of their boot, and the journal of Heimdall's units, to
 *     CloudWatch Logs
 * @param keepLogs days
 * @param logsKey the ARN of the key of KMS that these are encrypted with; empty: CloudWatch's own
 * @param keepFailed whether an instance whose boot has failed is kept in standby
 */
public record Inspection(
    boolean logs, Number keepLogs, Optional<String> logsKey, Switch keepFailed) {

  /** Value of {@code ${KeepFailed}} in the boot script. */
  public String kept() {
    return keepFailed.text("yes", "");
  }

  /** Value of {@code ${KeptIn}} in a role, after the stack's name: any of its groups. */
  public List<String> keptIn() {
    return keepFailed.on() ? List.of("*") : List.of();
  }

  /**
   * Condition under which a role contains the grants that name {@code ${KeptIn}}, if there is one.
   */
  public Map<String, CfnCondition> keptWhen() {
    return keepFailed.when().map(when -> Map.of("KeptIn", when)).orElse(Map.of());
  }

  /**
   * Makes the group of logs; none if there are none. It stays when its stack goes: what failed in a
   * first deployment is read when that was rolled back. Its name is CloudFormation's, so that it
   * conflicts with no other.
   */
  public Optional<CfnLogGroup> logGroup(Construct scope, String id) {
    if (!logs) {
      return Optional.empty();
    }
    CfnLogGroup group =
        CfnLogGroup.Builder.create(scope, id)
            .retentionInDays(keepLogs)
            .kmsKeyId(logsKey.orElse(null))
            .build();
    group.applyRemovalPolicy(RemovalPolicy.RETAIN);
    return Optional.of(group);
  }

  /** Values of {@code ${InstanceLogs}} in a role. */
  public static List<String> names(Optional<CfnLogGroup> group) {
    return group.stream().map(CfnLogGroup::getRef).toList();
  }
}
