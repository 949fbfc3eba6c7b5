package dev.heimdall.engine.cache.far;

import dev.heimdall.engine.share.ByteStore;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** A store in memory that can be slow, refuse, and be away. */
final class FakeByteStore implements ByteStore {
  final Map<String, byte[]> values = new ConcurrentHashMap<>();
  final List<String> requests = new CopyOnWriteArrayList<>();
  volatile boolean connected = true;
  volatile boolean silent;
  volatile String getsFail;
  volatile String setsFail;
  private final List<CompletableFuture<?>> unanswered = new ArrayList<>();

  static String name(byte[] key) {
    return new String(key, StandardCharsets.ISO_8859_1);
  }

  private synchronized <T> CompletionStage<T> reply(String failure, T reply) {
    if (silent) {
      CompletableFuture<T> never = new CompletableFuture<>();
      unanswered.add(never);
      return never;
    }
    return failure == null
        ? CompletableFuture.completedFuture(reply)
        : CompletableFuture.failedFuture(new IllegalStateException(failure));
  }

  /** What was not answered finds nothing. */
  synchronized void answer() {
    unanswered.forEach(request -> request.complete(null));
    unanswered.clear();
  }

  /** What was not answered fails, as when the connection is lost. */
  synchronized void lose() {
    unanswered.forEach(
        request -> request.completeExceptionally(new IllegalStateException("connection lost")));
    unanswered.clear();
  }

  @Override
  public boolean connected() {
    return connected;
  }

  @Override
  public CompletionStage<byte[]> get(byte[] key) {
    requests.add("get " + name(key));
    return reply(getsFail, values.get(name(key)));
  }

  @Override
  public CompletionStage<Void> set(byte[] key, byte[] value, Duration kept) {
    requests.add("set " + name(key));
    if (setsFail == null && !silent) {
      values.put(name(key), value);
    }
    return reply(setsFail, null);
  }

  @Override
  public CompletionStage<Void> delete(byte[] key) {
    requests.add("delete " + name(key));
    values.remove(name(key));
    return reply(null, null);
  }

  @Override
  public void close() {
    connected = false;
    lose();
  }
}
