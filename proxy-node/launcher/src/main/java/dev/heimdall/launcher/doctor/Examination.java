package dev.heimdall.launcher.doctor;

import dev.heimdall.engine.rds.ArnLookUp;
import dev.heimdall.model.CloudWatchExport;
import dev.heimdall.model.Configuration;
import dev.heimdall.model.VirtualDatabase;
import dev.heimdall.routing.call.SignedCalls;
import dev.heimdall.routing.threads.DaemonThreads;
import java.nio.file.Path;
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
  private MachineLocation here = MachineLocation.unknown();

  /**
   * @param limit how long all of it may take
   */
  public Examination(Duration limit) {
    this.limit = limit;
  }

  /** Looks at the services of AWS too. */
  public Examination aws(SignedCalls calls, Needs needs) {
    checks.addAll(AwsChecks.of(new AwsProbe(calls, here), needs));
    return this;
  }

  /** Looks at the machine too, which is there for Heimdall. */
  public Examination machine(MachineLocation where, BootFile boot, String region) {
    here = where;
    checks.addAll(new MachineChecks(Path.of("/")).of(where, boot, region));
    return this;
  }

  /** Looks too at what the machine's boot, and a node or manager that starts there, ask of AWS. */
  public Examination boot(SignedCalls calls, BootChecks.Asked asked) {
    checks.addAll(new BootChecks(new AwsProbe(calls, here), here).of(asked));
    return this;
  }

  /** Looks at databases and the store of a configuration too, which could be read. */
  public Examination configuration(String where, Configuration configuration) {
    checks.add(
        new Check(
            CONFIGURATION,
            true,
            () ->
                Check.Outcome.ok("%s: %s".formatted(where, configuration.all().vdbs().keySet()))));
    checks.addAll(ServerChecks.of(configuration, here));
    return this;
  }

  /** Tells what was found of clusters that a configuration names by ARNs alone, too. */
  public Examination found(ArnLookUp lookUp) {
    lookUp
        .answers()
        .forEach(
            (source, answer) ->
                checks.add(
                    new Check(
                        "source " + source + ", " + answer.arn(),
                        true,
                        () ->
                            answer
                                .found()
                                .map(found -> Check.Outcome.ok(found + ", by " + answer.said()))
                                .orElse(new Check.Outcome(State.FAILED, answer.said())))));
    return this;
  }

  /** Tells of a configuration that could not be read, too. */
  public Examination unreadable(State state, String why) {
    checks.add(new Check(CONFIGURATION, true, () -> new Check.Outcome(state, why)));
    return this;
  }

  /** Returns the findings, in the order of what was to be looked at. */
  public List<Finding> carryOut() {
    ExecutorService threads =
        Executors.newFixedThreadPool(THREADS, DaemonThreads.named("heimdall-doctor"));
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
   * Parts of AWS that a configuration cannot do without.
   *
   * @param rds whether the RDS API is asked about a cluster
   * @param lifecycle whether a lifecycle hook waits for the node
   * @param metrics whether CloudWatch is told of a virtual database
   * @param logGroups the groups of CloudWatch Logs that are
   */
  public record Needs(boolean rds, boolean lifecycle, boolean metrics, List<String> logGroups) {
    public Needs {
      logGroups = List.copyOf(logGroups);
    }

    /** Of a machine and its configuration, as far as that could be read. */
    public static Needs of(Optional<Configuration> configuration, boolean lifecycle) {
      return new Needs(
          configuration.stream()
              .flatMap(read -> read.all().sources().values().stream())
              .anyMatch(
                  source -> source.rdsPlace().isPresent() || source.globalPlace().isPresent()),
          lifecycle,
          exports(configuration).anyMatch(CloudWatchExport::metrics),
          configuration.stream()
              .flatMap(read -> read.vdbs().entrySet().stream())
              .filter(vdb -> vdb.getValue().cloudWatch().logs())
              .map(vdb -> vdb.getValue().cloudWatch().groupOf(vdb.getKey()))
              .distinct()
              .toList());
    }

    private static Stream<CloudWatchExport> exports(Optional<Configuration> configuration) {
      return configuration.stream()
          .flatMap(read -> read.vdbs().values().stream())
          .map(VirtualDatabase::cloudWatch);
    }
  }
}
