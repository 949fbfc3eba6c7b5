package dev.heimdall.launcher;

import dev.heimdall.launcher.process.CommandFailure;
import dev.heimdall.launcher.process.ExitCode;
import dev.heimdall.launcher.process.Logging;
import dev.heimdall.routing.AwsTrouble;
import dev.heimdall.routing.LatencyRecord;
import dev.heimdall.routing.LatencyRecords;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;

/** {@code heimdall routing}. */
@Command(
    name = "routing",
    description = {
      "Keeps the latency records of a fleet's name in Route 53: one for each region, which leads to"
          + " the load balancer there.",
      "It is for times of peace; no failover needs it."
    },
    synopsisSubcommandLabel = "COMMAND")
final class RoutingCommand implements Runnable {
  @Mixin private HelpOption help;

  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "plan or apply is missing.");
  }

  @Command(
      name = "plan",
      description = "Prints what differs and changes nothing. The exit code is 6 if anything does.")
  int plan(@Mixin HelpOption ignored, @Mixin Records records) throws CommandFailure {
    return records.carryOut(false);
  }

  @Command(
      name = "apply",
      description = "Makes the records that differ, all of them or none, and prints them.")
  int apply(@Mixin HelpOption ignored, @Mixin Records records) throws CommandFailure {
    return records.carryOut(true);
  }

  /** Records that there are to be. */
  static final class Records {
    private static final Pattern BALANCER = Pattern.compile("([a-z0-9-]+)=([^/\\s]+)/(Z[A-Z0-9]+)");

    @Mixin private AwsPlace aws;

    @Option(
        names = "--zone",
        required = true,
        paramLabel = "ID",
        description = "The hosted zone, private or public.")
    private String zone;

    @Option(
        names = "--name",
        required = true,
        paramLabel = "NAME",
        description = "What clients of every region connect to, such as db.example.com.")
    private String name;

    @Option(
        names = "--balancer",
        required = true,
        paramLabel = "REGION=HOST/ZONE",
        description =
            "A region's load balancer: its DNS name and its canonical hosted zone, as"
                + " `aws elbv2 describe-load-balancers` tells them. Once for each region.")
    private List<String> balancers;

    @Option(
        names = "--check",
        paramLabel = "REGION=ID",
        description =
            "The health check of an alarm that a region's record depends on, besides having"
                + " healthy targets.")
    private Map<String, String> checks = new TreeMap<>();

    @Option(
        names = "--without-target-health",
        description = "Answer with a load balancer also when it has no healthy target.")
    private boolean withoutTargetHealth;

    @Spec(Target.MIXEE)
    private CommandSpec spec;

    int carryOut(boolean apply) throws CommandFailure {
      List<LatencyRecord> wanted = wanted();
      Logging.quiet();
      LatencyRecords.Outcome outcome;
      try (LatencyRecords records = new LatencyRecords(aws.access(), zone, name)) {
        outcome = apply ? records.reconcile(wanted) : records.plan(wanted);
      }
      PrintWriter out = spec.commandLine().getOut();
      outcome.steps().forEach(out::println);
      if (!outcome.conflicts().isEmpty()) {
        throw new CommandFailure(
            ExitCode.STARTUP,
            (apply ? "nothing was changed: " : "") + String.join("; ", outcome.conflicts()));
      }
      if (!outcome.troubles().isEmpty()) {
        throw new CommandFailure(
            ExitCode.STARTUP,
            (apply ? "nothing was changed: " : "")
                + String.join(
                    "; ", outcome.troubles().stream().map(AwsTrouble::described).toList()));
      }
      if (outcome.steps().isEmpty()) {
        out.println("nothing differs");
        return ExitCode.OK.code();
      }
      return apply ? ExitCode.OK.code() : ExitCode.DIFFERENT.code();
    }

    private List<LatencyRecord> wanted() {
      Map<String, LatencyRecord> wanted = new TreeMap<>();
      for (String balancer : balancers) {
        Matcher parts = BALANCER.matcher(balancer);
        if (!parts.matches()) {
          throw wrong(
              "--balancer is \""
                  + balancer
                  + "\", expected REGION=HOST/ZONE such as"
                  + " eu-west-1=fleet-0123.elb.eu-west-1.amazonaws.com/Z2IFOLAFXWLO4F.");
        }
        String region = parts.group(1);
        LatencyRecord before =
            wanted.put(
                region,
                new LatencyRecord(
                    region,
                    "A",
                    parts.group(2),
                    parts.group(3),
                    !withoutTargetHealth,
                    Optional.ofNullable(checks.get(region))));
        if (before != null) {
          throw wrong("--balancer names " + region + " twice.");
        }
      }
      for (String region : checks.keySet()) {
        if (!wanted.containsKey(region)) {
          throw wrong("--check names " + region + ", which has no --balancer.");
        }
      }
      return new ArrayList<>(wanted.values());
    }

    private ParameterException wrong(String message) {
      return new ParameterException(spec.commandLine(), message);
    }
  }
}
