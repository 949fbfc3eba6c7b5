package dev.heimdall.engine.boot;

import dev.heimdall.engine.admin.AdminException;
import dev.heimdall.engine.wire.Sqlstate;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Those who have asked for the configuration to be read, and are told what came of it. Only who has
 * asked before a look begins is answered by what it finds: what the watcher has read by itself may
 * be older than the demand.
 */
final class AskedReloads {
  private final Queue<CompletableFuture<Integer>> waiting = new ConcurrentLinkedQueue<>();

  /** Those of them that what is being read now answers; belongs to the watcher's thread. */
  private final List<CompletableFuture<Integer>> answeredNow = new ArrayList<>();

  /** On any thread: done when the next look that begins is over. */
  CompletionStage<Integer> ask() {
    CompletableFuture<Integer> outcome = new CompletableFuture<>();
    waiting.add(outcome);
    return outcome;
  }

  /**
   * A look begins.
   *
   * @param fetch brings up to date what is looked at
   */
  void begin(Runnable fetch) {
    for (CompletableFuture<Integer> each = waiting.poll(); each != null; each = waiting.poll()) {
      answeredNow.add(each);
    }
    try {
      fetch.run();
    } catch (RuntimeException | Error e) {
      failed("the configuration could not be fetched: " + e);
      throw e;
    }
  }

  /** So many objects differ, and are taken over. */
  void done(int changed) {
    take().forEach(each -> each.complete(changed));
  }

  void failed(String problem) {
    take()
        .forEach(
            each ->
                each.completeExceptionally(
                    new AdminException(Sqlstate.CONFIGURATION_FILE_ERROR, problem)));
  }

  private List<CompletableFuture<Integer>> take() {
    List<CompletableFuture<Integer>> asked = List.copyOf(answeredNow);
    answeredNow.clear();
    return asked;
  }
}
