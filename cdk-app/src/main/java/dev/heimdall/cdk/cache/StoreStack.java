package dev.heimdall.cdk.cache;

import dev.heimdall.cdk.Reasons;
import dev.heimdall.cdk.config.Cache;
import dev.heimdall.cdk.network.Place;
import java.util.Optional;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.StackProps;
import software.constructs.Construct;

/** The stack of the {@link SharedStore}. */
public final class StoreStack extends Stack {
  private final SharedStore store;

  public StoreStack(
      Construct scope, String id, StackProps props, String fleet, Cache cache, Place place) {
    super(scope, id, props);
    store =
        new SharedStore(
            this,
            "Default",
            new SharedStore.Plan(
                fleet,
                place.vpc(),
                place.subnets(),
                cache.engine().spelling(),
                cache.engine().version(),
                cache.engine().family(),
                cache.nodeType(),
                cache.replicas(),
                cache.shards() > 1 ? Optional.of(cache.shards()) : Optional.empty(),
                cache.replicas() > 0));
    if (cache.replicas() == 0) {
      Reasons.accept(
          store.servers(), "AwsSolutions-AEC4", "\"replicas\": 0 was asked for in the deployment.");
    }
  }

  public SharedStore store() {
    return store;
  }
}
