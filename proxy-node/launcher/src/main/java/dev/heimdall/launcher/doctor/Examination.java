package dev.heimdall.launcher.doctor;

import dev.heimdall.model.CloudWatchExport;
import dev.heimdall.model.Configuration;
import dev.heimdall.model.VirtualDatabase;
import dev.heimdall.routing.call.SignedCalls;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

/** Looks at everything together. */
public final class Examination {
  private static final int THREADS = 16;
  private static final String CONFIGURATION = "configuration";

  private final List<Check> checks = new ArrayList<>();
  private final Duration limit;

  /**
   * @param limit how long all of it may take
   */
  public Examination(Duration limit) {
    this.limit = limit;
  }

  /** Looks at the services of AWS too. */
  public Examination aws(SignedCalls calls, Needs needs) {
    checks.addAll(AwsChecks.of(calls, needs));
    return this;
  }

  /** Looks at databases and the store of a configuration too, which could be read. */
  public Examination configuration(String where, Configuration configuration) {
    checks.add(
        new Check(
            CONFIGURATION,
            true,
            () -> Check.Outcome.ok("%s: %s".formatted(where, configuration.vdbs().keySet()))));
    checks.addAll(ServerChecks.of(configuration));
    return this;
  }

  /** Tells of a configuration that could not be read, too. */
  public Examination unreadable(String why) {
    checks.add(new Check(CONFIGURATION, true, () -> new Check.Outcome(State.FAILED, why)));
    return this;
  }

  /** What was found, in the order of what was to be looked at. */
  public List<Finding> carryOut() {
    ExecutorService threads =
        Executors.newFixedThreadPool(
            THREADS,
            work -> {
              Thread thread = new Thread(work, "heimdall-doctor");
              thread.setDaemon(true);
              return thread;
            });
    try {
      List<Future<Check.Outcome>> looks =
          checks.stream().map(check -> threads.submit(() -> check.look().get())).toList();
      long deadline = System.nanoTime() + limit.toNanos();
      List<Finding> findings = new ArrayList<>();
      for (int i = 0; i < checks.size(); i++) {
        findings.add(checks.get(i).finding(outcome(looks.get(i), deadline - System.nanoTime())));
      }
      return findings;
    } finally {
      threads.shutdownNow();
    }
  }

  private Check.Outcome outcome(Future<Check.Outcome> look, long nanos) {
    try {
      return look.get(Math.max(0, nanos), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      return new Check.Outcome(
          State.TIMED_OUT, "no answer within %d s".formatted(limit.toSeconds()));
    } catch (ExecutionException e) {
      return new Check.Outcome(State.FAILED, String.valueOf(e.getCause()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new Check.Outcome(State.FAILED, "interrupted");
    }
  }

  /**
   * What of AWS a configuration cannot do without.
   *
   * @param rds whether the RDS API is asked about a cluster
   * @param lifecycle whether a lifecycle hook waits for the node
   * @param metrics whether CloudWatch is told of a virtual database
   * @param logs whether CloudWatch Logs is
   */
  public record Needs(boolean rds, boolean lifecycle, boolean metrics, boolean logs) {
    /** Of a machine and its configuration, as far as that could be read. */
    public static Needs of(Optional<Configuration> configuration, boolean lifecycle) {
      return new Needs(
          configuration.stream()
              .flatMap(read -> read.sources().values().stream())
              .anyMatch(source -> source.rdsPlace().isPresent()),
          lifecycle,
          exports(configuration).anyMatch(CloudWatchExport::metrics),
          exports(configuration).anyMatch(CloudWatchExport::logs));
    }

    private static Stream<CloudWatchExport> exports(Optional<Configuration> configuration) {
      return configuration.stream()
          .flatMap(read -> read.vdbs().values().stream())
          .map(VirtualDatabase::cloudWatch);
    }
  }
}
