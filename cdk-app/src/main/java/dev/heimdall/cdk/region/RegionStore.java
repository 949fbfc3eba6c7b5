package dev.heimdall.cdk.region;

import dev.heimdall.cdk.config.Cache;
import dev.heimdall.cdk.config.Region;
import dev.heimdall.cdk.constructs.HeimdallStore;
import dev.heimdall.cdk.constructs.HeimdallStoreAttributes;
import dev.heimdall.cdk.constructs.HeimdallStoreEngine;
import dev.heimdall.cdk.constructs.HeimdallStoreProps;
import dev.heimdall.cdk.constructs.IHeimdallStore;
import dev.heimdall.cdk.network.Place;
import java.util.List;
import java.util.Optional;
import software.amazon.awscdk.services.ec2.ISubnet;
import software.amazon.awscdk.services.ec2.SubnetSelection;
import software.amazon.awscdk.services.kms.Key;
import software.constructs.Construct;

/** A region's {@link HeimdallStore}, in two zones. */
public final class RegionStore {
  private static final int ZONES = 2;

  private RegionStore() {}

  /** Makes it. */
  public static HeimdallStore of(
      Construct scope, String id, String fleet, Region region, Place place) {
    Cache cache = region.cache();
    // No subnet with a server in it can be taken away: zones may go, but for two.
    List<ISubnet> subnets = place.zones().subList(0, Math.min(ZONES, place.zones().size()));
    HeimdallStoreProps.Builder props =
        HeimdallStoreProps.builder()
            .fleetName(fleet)
            .vpc(place.network())
            .vpcSubnets(SubnetSelection.builder().subnets(subnets).build())
            .engine(HeimdallStoreEngine.valueOf(cache.engine().name()))
            .nodeType(cache.nodeType())
            .replicas(cache.replicas())
            .shards(cache.shards());
    region
        .encryptionKey()
        .ifPresent(arn -> props.encryptionKey(Key.fromKeyArn(scope, id + "Key", arn)));
    HeimdallStore store = new HeimdallStore(scope, id, props.build());
    StoreOutputs.of(
        store,
        store.getAddress(),
        store.getClusterMode(),
        store.getPasswordName(),
        store.getPassword().getSecretArn());
    return store;
  }

  /** The one that exists, if nodes are to use it. */
  public static Optional<IHeimdallStore> existing(Construct scope, String id, Cache cache) {
    return cache
        .used()
        .map(
            store ->
                HeimdallStore.fromHeimdallStoreAttributes(
                    scope,
                    id,
                    HeimdallStoreAttributes.builder()
                        .address(store.address().orElseThrow())
                        .port(store.port())
                        .clusterMode(store.clusterMode())
                        .tls(store.tls())
                        .passwordName(store.password().orElseThrow())
                        .securityGroupId(store.securityGroup().orElse(""))
                        .build()));
  }
}
