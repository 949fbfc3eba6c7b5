package dev.heimdall.cdk.region;

import dev.heimdall.cdk.config.Instances;
import dev.heimdall.cdk.config.Region;
import dev.heimdall.cdk.constructs.HeimdallLogs;
import software.amazon.awscdk.Duration;
import software.amazon.awscdk.services.kms.Key;
import software.constructs.Construct;

/** Diagnostic data of a region's instances. */
final class Inspections {
  private Inspections() {}

  static HeimdallLogs logs(Construct scope, String id, Region region) {
    Instances instances = region.instances();
    if (!instances.logs()) {
      return HeimdallLogs.none();
    }
    HeimdallLogs kept =
        HeimdallLogs.kept(
            Duration.days(instances.keepLogs().orElse(region.observability().keepLogs())));
    return instances
        .logsKey()
        .map(arn -> kept.encryptedWith(Key.fromKeyArn(scope, id + "LogsKey", arn)))
        .orElse(kept);
  }
}
