package dev.heimdall.cdk.region;

import dev.heimdall.cdk.config.Deployment;
import dev.heimdall.cdk.config.Region;
import dev.heimdall.cdk.documents.DocumentStores;
import dev.heimdall.cdk.network.Place;
import dev.heimdall.cdk.sync.ConfigSyncFunction;
import dev.heimdall.cdk.sync.ConfigSyncPlan;
import dev.heimdall.cdk.values.Slot;
import java.util.List;
import java.util.Optional;
import software.amazon.awscdk.services.s3.assets.Asset;
import software.constructs.Construct;

/** A region's {@link ConfigSyncFunction}, with the jar that was built. */
public final class RegionConfigSync extends Construct {
  private static final int ENOUGH_OF_A_HASH = 12;

  private final ConfigSyncFunction function;

  public RegionConfigSync(
      Construct scope,
      String id,
      Deployment deployment,
      Region region,
      Place place,
      String jar,
      DocumentStores documents,
      String nodeGroup) {
    super(scope, id);
    List<String> others =
        deployment.regions().stream()
            .map(Region::region)
            .filter(name -> !name.equals(region.region()))
            .toList();
    Asset code = Asset.Builder.create(this, "Code").path(jar).build();
    function =
        new ConfigSyncFunction(
            this,
            "Default",
            new ConfigSyncPlan(
                deployment.name(),
                place.vpc(),
                place.subnets(),
                region.network().reachesOtherRegions() ? String.join(",", others) : "",
                deployment.regions().stream()
                    .filter(other -> other.configSync().enabled())
                    .filter(other -> other.account().equals(region.account()))
                    .map(Region::region)
                    .filter(others::contains)
                    .map(Slot::always)
                    .toList(),
                region.configSync().every().toMinutes(),
                code.getS3BucketName(),
                code.getS3ObjectKey(),
                Optional.of(code.getAssetHash().substring(0, ENOUGH_OF_A_HASH))
                    .filter(hash -> region.hasSnapshots()),
                documents.bucket().getBucketName(),
                documents.key().getKeyArn(),
                documents.pushKeyName(),
                nodeGroup,
                region.fleet().httpPort(),
                region.observability().keepLogs()));
  }

  public ConfigSyncFunction function() {
    return function;
  }
}
