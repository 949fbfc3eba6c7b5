package dev.heimdall.test.cache;

import dev.heimdall.engine.cache.far.FarFigures;
import dev.heimdall.engine.cache.far.FarTier;
import dev.heimdall.engine.cache.far.Miss;
import dev.heimdall.engine.share.SharedStore;
import dev.heimdall.model.FarCacheSettings;
import dev.heimdall.model.StoreSettings;
import dev.heimdall.test.fixture.Await;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** The far tier as a node has it, and one caller of it. */
final class FarNode implements AutoCloseable {
  private static final Duration KEPT = Duration.ofMinutes(10);

  /** Much longer than it takes, as machines are busy: what is late is to be late because of us. */
  static final Duration GENEROUS = Duration.ofSeconds(10);

  static final String AT_ONCE = "a miss at once";

  private final SharedStore store;
  private final FarTier tier;

  FarNode(StoreSettings settings, int id) {
    this(settings, id, GENEROUS, 100_000);
  }

  FarNode(StoreSettings settings, int id, Duration timeout, int trackedKeys) {
    store = new SharedStore(settings, id);
    tier = FarTier.over(store, new FarCacheSettings(true, timeout, 1 << 20, 4 << 10, trackedKeys));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  void put(String key, String answer) {
    tier.put(bytes(key), bytes(answer), KEPT);
  }

  void put(String key, String answer, Duration kept) {
    tier.put(bytes(key), bytes(answer), kept);
  }

  void delete(String... keys) {
    tier.delete(List.of(keys).stream().map(FarNode::bytes).toList());
  }

  /** The answer, or in capitals why there is none. */
  String get(String key) {
    BlockingQueue<String> received = new LinkedBlockingQueue<>();
    boolean asked =
        tier.get(
            bytes(key),
            Long.MAX_VALUE,
            Runnable::run,
            new FarTier.Receiver() {
              @Override
              public void found(byte[] answer) {
                received.add(new String(answer, StandardCharsets.UTF_8));
              }

              @Override
              public void absent(Miss why) {
                received.add(why.name());
              }
            });
    if (!asked) {
      return AT_ONCE;
    }
    try {
      String answer = received.poll(60, TimeUnit.SECONDS);
      if (answer == null) {
        throw new AssertionError("a get was never answered");
      }
      return answer;
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  FarFigures figures() {
    return tier.figures();
  }

  long misses(Miss why) {
    return figures().misses().get(why);
  }

  FarNode connected() {
    Await.until("the tier is connected", () -> figures().connected());
    return this;
  }

  FarNode tracking() {
    Await.until("the node knows the keys", () -> figures().tracked());
    return this;
  }

  /** Puts until the store has it. */
  void keep(String key, String answer) {
    Await.until(
        "the store keeps " + key,
        Duration.ofSeconds(60),
        () -> {
          put(key, answer);
          return get(key).equals(answer);
        },
        () -> get(key).equals(answer) ? "" : get(key) + ", " + figures());
  }

  @Override
  public void close() {
    tier.close();
    store.close();
  }
}
