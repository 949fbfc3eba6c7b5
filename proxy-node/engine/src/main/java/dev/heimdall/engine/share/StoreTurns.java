package dev.heimdall.engine.share;

import io.lettuce.core.RedisException;
import io.lettuce.core.SetArgs;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/** Turns as keys that expire: whoever sets one has the turn. */
final class StoreTurns implements Turns {
  private final StoreLink link;
  private final String prefix;
  private final String self;

  /**
   * @param prefix how the names of keys begin
   * @param self who has a turn, for people
   */
  StoreTurns(StoreLink link, String prefix, String self) {
    this.link = link;
    this.prefix = prefix;
    this.self = self;
  }

  private String turn(String work) {
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
            () -> CompletableFuture.failedFuture(new RedisException("the shared store is away")));
  }

  @Override
  public CompletableFuture<Boolean> take(String work, Duration lasts) {
    return ask(keys -> keys.set(turn(work), self, SetArgs.Builder.nx().px(lasts)))
        .thenApply("OK"::equals);
  }

  @Override
  public CompletableFuture<Void> rest(String work, Duration lasts) {
    return ask(keys -> keys.set(turn(work), self, SetArgs.Builder.px(lasts)))
        .thenAccept(said -> {});
  }

  @Override
  public CompletableFuture<Void> leave(String work, String text, Duration lasts) {
    return ask(keys -> keys.set(result(work), text, SetArgs.Builder.px(lasts)))
        .thenAccept(said -> {});
  }

  @Override
  public CompletableFuture<Optional<String>> left(String work) {
    return ask(keys -> keys.get(result(work))).thenApply(Optional::ofNullable);
  }
}
