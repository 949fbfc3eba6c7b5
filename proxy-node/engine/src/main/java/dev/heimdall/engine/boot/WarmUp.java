package dev.heimdall.engine.boot;

import dev.heimdall.engine.observe.EventLog;
import dev.heimdall.engine.practice.Practice;
import dev.heimdall.engine.practice.PracticeRun;
import dev.heimdall.model.Configuration;
import dev.heimdall.model.ConfigurationException;
import dev.heimdall.model.Engine;
import dev.heimdall.model.Transport;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Has Java load and compile what statements go through before a load balancer sends clients: runs
 * nodes for a few seconds, one after the other, whose clients and servers are their own. Nothing of
 * it reaches databases, metrics or logs of the node that clients talk to, which serves meanwhile.
 */
final class WarmUp implements AutoCloseable {
  /** Of all dialects together; with fewer Java has not begun to compile what is called often. */
  private static final int LEAST = 40_000;

  /**
   * Number of statements that the first node gets; each one after it gets twice as many, up to a
   * limit. There is more than one because Java compiles without what only the first statements of a
   * node go through once it has seen many others, and anew when the first ones of a client come.
   */
  private static final int FIRST_ROUND = 500;

  private static final int LONGEST_ROUND = 8_000;

  private final Map<Engine, Practice> practices;
  private final Transport transport;
  private final Duration mayTake;
  private final EventLog log;
  private volatile boolean over;
  private volatile Thread thread;

  WarmUp(Map<Engine, Practice> practices, Transport transport, Duration mayTake, EventLog log) {
    this.practices = practices;
    this.transport = transport;
    this.mayTake = mayTake;
    this.log = log;
    over = practices.isEmpty();
  }

  /** With the dialects that the configuration's virtual databases speak. */
  static WarmUp of(
      Configuration configuration, NodeObserver observer, Dialects dialects, EventLog log) {
    Duration mayTake = configuration.node().warmUp();
    Map<Engine, Practice> practices = new LinkedHashMap<>();
    if (observer.warmsUp() && !mayTake.isZero()) {
      configuration.vdbs().values().stream()
          .map(vdb -> configuration.sources().get(vdb.source()).engine())
          .distinct()
          .forEach(
              engine ->
                  dialects
                      .of(engine)
                      .practice()
                      .ifPresent(practice -> practices.put(engine, practice)));
    }
    return new WarmUp(practices, configuration.node().transport(), mayTake, log);
  }

  /** Begins it, if there is to be one, on a thread of its own. */
  void start() {
    if (!over) {
      thread = new Thread(this::run, "heimdall-warm-up");
      thread.setDaemon(true);
      thread.start();
    }
  }

  /**
   * Runs the warm-up at once, before anything else: returns when the node is as warm as it is to
   * be.
   */
  void finish() {
    if (!over) {
      run();
    }
  }

  /** True if the node is as warm as it is to be. */
  boolean isOver() {
    return over;
  }

  private void run() {
    long begun = System.nanoTime();
    long end = begun + mayTake.toNanos();
    Compilers compilers = Compilers.ofThisProcess();
    int statements = 0;
    try {
      for (int round = FIRST_ROUND;
          !over && System.nanoTime() - end < 0 && !(statements >= LEAST && compilers.rest());
          round = Math.min(2 * round, LONGEST_ROUND)) {
        statements += practise(round / practices.size(), end);
      }
      if (!over) {
        log.node(
            "warmed up",
            "statements=%d milliseconds=%d"
                .formatted(statements, (System.nanoTime() - begun) / 1_000_000));
      }
    } catch (IOException | StartupException | ConfigurationException | RuntimeException e) {
      if (!over) {
        log.node("not warmed up", e.getMessage());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      over = true;
    }
  }

  /** Returns the number of statements that a node of its own was given, which has ended. */
  private int practise(int each, long end)
      throws IOException, StartupException, ConfigurationException, InterruptedException {
    int statements = 0;
    try (PracticeNode node = PracticeNode.start(practices, transport)) {
      for (PracticeRun run : node.begin(done -> done >= each)) {
        run.await(end - System.nanoTime());
        statements += run.statements();
      }
    }
    return statements;
  }

  /** Ends it soon, and waits for nothing. */
  @Override
  public void close() {
    over = true;
    Thread running = thread;
    if (running != null) {
      running.interrupt();
    }
  }
}
