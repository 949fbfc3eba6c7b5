package dev.heimdall.cdk.region;

import dev.heimdall.cdk.cache.SharedStore;
import dev.heimdall.cdk.config.Cache;
import dev.heimdall.cdk.config.CacheEngine;
import dev.heimdall.cdk.nag.Reasons;
import dev.heimdall.cdk.network.Place;
import java.util.Optional;
import software.constructs.Construct;

/** A region's {@link SharedStore}. */
public final class RegionStore {
  private static final int ZONES = 2;

  private RegionStore() {}

  /** Makes it. */
  public static SharedStore of(Construct scope, String id, String fleet, Cache cache, Place place) {
    SharedStore store =
        new SharedStore(
            scope,
            id,
            new SharedStore.Plan(
                fleet,
                place.vpc(),
                // No subnet with a server in it can be taken away: zones may go, but for two.
                place.subnets().subList(0, Math.min(ZONES, place.subnets().size())),
                cache.engine().spelling(),
                cache.engine().version(),
                cache.engine().family(),
                cache.nodeType(),
                cache.replicas(),
                cache.shards() > 1 ? Optional.of(cache.shards()) : Optional.empty(),
                cache.replicas() > 0,
                kind(cache)));
    if (cache.replicas() == 0) {
      Reasons.accept(
          store.servers(), "AwsSolutions-AEC4", "\"replicas\": 0 was asked for in the deployment.");
    }
    return store;
  }

  /**
   * ElastiCache makes no Redis of Valkey, and no several shards of a server without cluster mode:
   * such a change is another store, which is made before the old one goes.
   */
  private static String kind(Cache cache) {
    return (cache.engine() == CacheEngine.VALKEY ? "" : "Redis")
        + (cache.shards() > 1 ? "Shards" : "");
  }
}
