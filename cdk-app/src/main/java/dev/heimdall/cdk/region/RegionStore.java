package dev.heimdall.cdk.region;

import dev.heimdall.cdk.config.Cache;
import dev.heimdall.cdk.constructs.HeimdallStore;
import dev.heimdall.cdk.constructs.HeimdallStoreEngine;
import dev.heimdall.cdk.constructs.HeimdallStoreProps;
import dev.heimdall.cdk.network.Place;
import java.util.List;
import software.amazon.awscdk.services.ec2.ISubnet;
import software.amazon.awscdk.services.ec2.SubnetSelection;
import software.constructs.Construct;

/** A region's {@link HeimdallStore}, in two zones. */
public final class RegionStore {
  private static final int ZONES = 2;

  private RegionStore() {}

  /** Makes it. */
  public static HeimdallStore of(
      Construct scope, String id, String fleet, Cache cache, Place place) {
    // No subnet with a server in it can be taken away: zones may go, but for two.
    List<ISubnet> subnets = place.zones().subList(0, Math.min(ZONES, place.zones().size()));
    HeimdallStore store =
        new HeimdallStore(
            scope,
            id,
            HeimdallStoreProps.builder()
                .fleetName(fleet)
                .vpc(place.network())
                .vpcSubnets(SubnetSelection.builder().subnets(subnets).build())
                .engine(HeimdallStoreEngine.valueOf(cache.engine().name()))
                .nodeType(cache.nodeType())
                .replicas(cache.replicas())
                .shards(cache.shards())
                .build());
    StoreOutputs.of(
        store,
        store.getAddress(),
        store.getClusterMode(),
        store.getPasswordName(),
        store.getPassword().getSecretArn());
    return store;
  }
}
