package dev.heimdall.test.pipelining;

import dev.heimdall.test.fixture.Target;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * The same clients doing the same at once, against one target.
 *
 * @param replies of each client, all that it was answered
 * @param statements how many they sent, all together
 */
record DifferentialRun(List<List<Reply>> replies, long statements) {
  private static final int PATIENCE_MILLIS = 180_000;
  private static final int MOST_SHOWN = 3;

  static DifferentialRun play(Target target, int clients, int steps, long seed)
      throws InterruptedException {
    Questions.resetRows(clients);
    Queue<AssertionError> problems = new ConcurrentLinkedQueue<>();
    List<ScriptedClient> scripts = new ArrayList<>();
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < clients; i++) {
      ScriptedClient script = new ScriptedClient(i, target, seed);
      scripts.add(script);
      Thread thread = new Thread(() -> play(script, steps, problems), "differential-" + i);
      thread.setDaemon(true);
      thread.start();
      threads.add(thread);
    }
    for (Thread thread : threads) {
      thread.join(PATIENCE_MILLIS);
      if (thread.isAlive()) {
        AssertionError stuck = new AssertionError(thread.getName() + " hangs; seed " + seed);
        stuck.setStackTrace(thread.getStackTrace());
        throw stuck;
      }
    }
    if (!problems.isEmpty()) {
      throw problems.peek();
    }
    return new DifferentialRun(
        scripts.stream().map(ScriptedClient::replies).toList(),
        scripts.stream().mapToLong(ScriptedClient::statements).sum());
  }

  private static void play(ScriptedClient script, int steps, Queue<AssertionError> problems) {
    try {
      script.play(steps);
    } catch (IOException | RuntimeException | AssertionError e) {
      List<Reply> replies = script.replies();
      problems.add(
          new AssertionError(
              "%s ends at %s after %d replies, the last one to %s"
                  .formatted(
                      Thread.currentThread().getName(),
                      script.target(),
                      replies.size(),
                      replies.isEmpty() ? "nothing" : replies.get(replies.size() - 1).asked()),
              e));
    }
  }

  /** The first difference of some clients that were answered otherwise than in that run. */
  List<String> differencesFrom(DifferentialRun expected) {
    List<String> differences = new ArrayList<>();
    for (int i = 0; i < replies.size() && differences.size() < MOST_SHOWN; i++) {
      Optional<String> difference = Replies.difference(expected.replies().get(i), replies.get(i));
      if (difference.isPresent()) {
        differences.add("client " + i + ", " + difference.get());
      }
    }
    return differences;
  }
}
