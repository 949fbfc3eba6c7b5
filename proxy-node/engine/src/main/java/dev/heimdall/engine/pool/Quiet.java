package dev.heimdall.engine.pool;

import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.net.LoopContext;
import java.util.Collection;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Evidence of the connections to one server on whether it is silent.
 *
 * @param nanos for how long none of them has received anything
 * @param waiting how many have been waiting for a reply that ought to be there
 */
public record Quiet(long nanos, int waiting) {
  /** Evidence where there is no connection. */
  private static final Quiet UNKNOWN = new Quiet(Long.MAX_VALUE, 0);

  /**
   * Maximum age of a request that is evidence: one that was sent longer ago may take that long, and
   * shows nothing about its server.
   */
  private static final long OF_LATE = TimeUnit.SECONDS.toNanos(2);

  /** Within this time a loop reads what is there. */
  private static final long ONE_TURN_MILLIS = 10;

  /** One that waits may wait for a statement that takes long, or for a packet that was lost. */
  private static final int WITNESSES = 2;

  /**
   * @param late after how many nanoseconds a reply ought to be there
   */
  static Quiet of(Collection<ServerConnection> connections, long late, long now) {
    Quiet all = UNKNOWN;
    for (ServerConnection each : connections) {
      long since = now - each.lastUsed();
      boolean waits = !each.quiet() && since >= late && since < OF_LATE;
      all = all.and(new Quiet(now - each.heardAt(), waits ? 1 : 0));
    }
    return all;
  }

  /** Evidence of one loop's connections once it has read what is there by now: it may be behind. */
  static CompletableFuture<Quiet> soon(LoopContext loop, Supplier<Quiet> quiet) {
    CompletableFuture<Quiet> answer = new CompletableFuture<>();
    loop.later(
        () -> answer.complete(quiet.get()),
        ONE_TURN_MILLIS,
        TimeUnit.MILLISECONDS,
        answer::completeExceptionally);
    return answer;
  }

  /** Combined evidence of all parts, once all are complete. */
  public static CompletableFuture<Quiet> ofAll(Stream<CompletableFuture<Quiet>> parts) {
    return parts.reduce(
        CompletableFuture.completedFuture(UNKNOWN),
        (one, other) -> one.thenCombine(other, Quiet::and));
  }

  private Quiet and(Quiet other) {
    return new Quiet(Math.min(nanos, other.nanos), waiting + other.waiting);
  }

  /** For how long the server has been silent to all, in nanoseconds; 0 if too few wait for it. */
  public long witnessed() {
    return waiting < WITNESSES ? 0 : nanos;
  }
}
