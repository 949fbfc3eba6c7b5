package dev.heimdall.cdk.region;

import dev.heimdall.cdk.config.Deployment;
import dev.heimdall.cdk.config.Region;
import dev.heimdall.cdk.constructs.HeimdallArchive;
import dev.heimdall.cdk.constructs.HeimdallConfigSync;
import dev.heimdall.cdk.constructs.HeimdallConfigSyncProps;
import dev.heimdall.cdk.constructs.IHeimdallFleet;
import dev.heimdall.cdk.documents.DocumentStores;
import dev.heimdall.cdk.network.Place;
import java.util.List;
import java.util.Locale;
import software.amazon.awscdk.Duration;
import software.constructs.Construct;

/** A region's {@link HeimdallConfigSync}, with the jar that was built. */
public final class RegionConfigSync {
  private RegionConfigSync() {}

  /** Makes it. */
  public static HeimdallConfigSync of(
      Construct scope,
      String id,
      Deployment deployment,
      Region region,
      Place place,
      String jar,
      DocumentStores documents,
      IHeimdallFleet fleet) {
    List<String> others =
        deployment.regions().stream()
            .map(Region::region)
            .filter(name -> !name.equals(region.region()))
            .toList();
    return new HeimdallConfigSync(
        scope,
        id,
        HeimdallConfigSyncProps.builder()
            .fleet(fleet)
            .vpc(place.network())
            .vpcSubnets(place.selection())
            .otherRegions(region.network().reachesOtherRegions() ? others : List.of())
            .memberRegions(region.network().reachesOtherRegions())
            .forwardTo(
                deployment.regions().stream()
                    .filter(other -> other.configSync().enabled())
                    .filter(other -> other.account().equals(region.account()))
                    .map(Region::region)
                    .filter(others::contains)
                    .toList())
            .publishTo(names(deployment.publishedIn(region)))
            .pushTo(names(deployment.pushedTo(region)))
            // As CloudFormation calls the buckets of the other regions' stacks.
            .otherBuckets(List.of(deployment.name().toLowerCase(Locale.ROOT) + "-*"))
            .every(Duration.minutes(region.configSync().every().toMinutes()))
            .code(HeimdallArchive.fromAsset(jar))
            .snapStart(region.hasSnapshots())
            .bucket(documents.bucket())
            .pushKeySecret(documents.pushKeyName())
            .keepLogs(Duration.days(region.observability().keepLogs()))
            .build());
  }

  private static List<String> names(List<Region> regions) {
    return regions.stream().map(Region::region).toList();
  }
}
