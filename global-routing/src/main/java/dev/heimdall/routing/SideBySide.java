package dev.heimdall.routing;

import dev.heimdall.routing.threads.DaemonThreads;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;

/**
 * Asks several regions at the same time: in a failover one may not answer, and what the others say
 * is wanted then.
 */
public final class SideBySide {
  private static final int MOST = 16;

  private SideBySide() {}

  /**
   * Waits for all answers.
   *
   * @return one for each of those that are asked, in their order
   * @throws RuntimeException that of the first question in this order that threw one
   */
  public static <T, R> List<R> ask(Collection<T> whom, Function<? super T, R> question) {
    if (whom.size() < 2) {
      return whom.stream().map(question).toList();
    }
    ExecutorService threads =
        Executors.newFixedThreadPool(
            Math.min(whom.size(), MOST), DaemonThreads.named("aws-region"));
    try {
      List<CompletableFuture<R>> answers =
          whom.stream()
              .map(one -> CompletableFuture.supplyAsync(() -> question.apply(one), threads))
              .toList();
      return answers.stream().map(CompletableFuture::join).toList();
    } catch (CompletionException e) {
      throw e.getCause() instanceof RuntimeException cause ? cause : e;
    } finally {
      threads.shutdownNow();
    }
  }
}
