package dev.heimdall.launcher;

import dev.heimdall.launcher.demo.Demo;
import dev.heimdall.launcher.demo.DemoEngine;
import dev.heimdall.launcher.demo.DemoPorts;
import dev.heimdall.launcher.process.CommandFailure;
import dev.heimdall.launcher.process.Logging;
import dev.heimdall.launcher.process.StopSignal;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code heimdall demo}. */
@Command(
    name = "demo",
    description = {
      "Shows a node at work in front of database servers of its own.",
      "Starts a primary with two replicas, a sample shop, a node and a manager, runs a short"
          + " workload, and stays up until Ctrl-C. Every process ends with it."
    })
final class DemoCommand implements Callable<Integer> {
  @Mixin private HelpOption help;

  @Spec private CommandSpec spec;

  @Option(
      names = "--engine",
      paramLabel = "ENGINE",
      defaultValue = "postgresql",
      description = {
        "What the servers are: postgresql, or mysql, which stands for MariaDB.",
        "Default: ${DEFAULT-VALUE}."
      })
  private String engine;

  @Option(
      names = "--port-base",
      paramLabel = "N",
      defaultValue = "5050",
      description = {
        "The node's port; the databases take N+1 to N+3, the manager N+8, the HTTP endpoint N+9.",
        "Default: ${DEFAULT-VALUE}."
      })
  private int portBase;

  @Option(
      names = "--for",
      paramLabel = "SECONDS",
      description = "Ends by itself this long after the start.")
  private Integer seconds;

  @Option(names = "--no-workload", description = "Leaves the workload out.")
  private boolean noWorkload;

  @Override
  public Integer call() throws CommandFailure {
    if (portBase < 1 || portBase > DemoPorts.HIGHEST_BASE) {
      throw refused("--port-base", portBase, "1 to " + DemoPorts.HIGHEST_BASE);
    }
    if (seconds != null && seconds < 1) {
      throw refused("--for", seconds, "a whole number of seconds from 1");
    }
    Logging.quiet();
    Demo demo =
        new Demo(
            Heimdall.class,
            engine(),
            new DemoPorts(portBase),
            Optional.ofNullable(seconds).map(Duration::ofSeconds),
            !noWorkload,
            spec.commandLine().getOut(),
            StopSignal.install());
    return demo.run().code();
  }

  private DemoEngine engine() {
    return switch (engine) {
      case "postgresql" -> DemoEngine.POSTGRESQL;
      case "mysql" -> DemoEngine.MYSQL;
      default ->
          throw new ParameterException(
              spec.commandLine(),
              "--engine is %s, allowed is postgresql or mysql.".formatted(engine));
    };
  }

  private ParameterException refused(String option, int got, String allowed) {
    return new ParameterException(
        spec.commandLine(), "%s is %d, allowed is %s.".formatted(option, got, allowed));
  }
}
