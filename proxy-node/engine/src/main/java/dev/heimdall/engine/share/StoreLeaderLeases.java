package dev.heimdall.engine.share;

import io.lettuce.core.RedisException;
import io.lettuce.core.SetArgs;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/** Leader leases as keys that expire: the node that sets one holds the lease. */
final class StoreLeaderLeases implements LeaderLeases {
  private final StoreLink link;
  private final String prefix;
  private final String self;

  /**
   * @param prefix how the names of keys begin
   * @param self who holds a lease, for people
   */
  StoreLeaderLeases(StoreLink link, String prefix, String self) {
    this.link = link;
    this.prefix = prefix;
    this.self = self;
  }

  private String lease(String work) {
    return prefix + ":turn:" + work;
  }

  private String result(String work) {
    return prefix + ":left:" + work;
  }

  private <T> CompletableFuture<T> ask(
      Function<RedisClusterAsyncCommands<String, String>, CompletionStage<T>> question) {
    return link.connections()
        .map(connections -> question.apply(connections.keys()).toCompletableFuture())
        .orElseGet(
            () ->
                CompletableFuture.failedFuture(
                    new RedisException("the shared store is unavailable")));
  }

  @Override
  public CompletableFuture<Boolean> acquire(String work, Duration lasts) {
    return ask(keys -> keys.set(lease(work), self, SetArgs.Builder.nx().px(lasts)))
        .thenApply("OK"::equals);
  }

  @Override
  public CompletableFuture<Void> backOff(String work, Duration lasts) {
    return ask(keys -> keys.set(lease(work), self, SetArgs.Builder.px(lasts)))
        .thenAccept(said -> {});
  }

  @Override
  public CompletableFuture<Void> publish(String work, String text, Duration lasts) {
    return ask(keys -> keys.set(result(work), text, SetArgs.Builder.px(lasts)))
        .thenAccept(said -> {});
  }

  @Override
  public CompletableFuture<Optional<String>> published(String work) {
    return ask(keys -> keys.get(result(work))).thenApply(Optional::ofNullable);
  }
}
