package dev.heimdall.engine.session.statement;

import dev.heimdall.engine.net.LoopContext;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * Wait of a session's statement for work of another thread: one thing at a time, and heard of on
 * the loop, unless the statement is given up before.
 */
final class AsyncWait {
  private final LoopContext loop;
  private final Consumer<Throwable> failed;
  private CompletableFuture<?> awaited;

  /**
   * @param failed ends the session after an error in the node
   */
  AsyncWait(LoopContext loop, Consumer<Throwable> failed) {
    this.loop = loop;
    this.failed = failed;
  }

  /**
   * @param then takes what comes of it, on the loop
   */
  <T> void begin(CompletableFuture<T> something, Consumer<? super T> then) {
    awaited = something;
    something.thenAccept(
        value ->
            loop.soon(
                () -> {
                  if (awaited == something) {
                    awaited = null;
                    then.accept(value);
                  }
                },
                failed));
  }

  boolean underWay() {
    return awaited != null;
  }

  /** Nothing waits any more: what comes of it is ignored. */
  void giveUp() {
    awaited = null;
  }
}
