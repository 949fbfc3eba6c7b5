package dev.heimdall.launcher;

import dev.heimdall.launcher.process.CommandFailure;
import dev.heimdall.launcher.process.ExitCode;
import dev.heimdall.launcher.top.CacheAdvice;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code heimdall cache advise}. */
@Command(
    name = "advise",
    description =
        "Prints which statements of the last hour are worth a rule that caches them, what saves"
            + " clients the most time first, as a manager finds it.")
final class CacheAdviseCommand implements Callable<Integer> {
  @Mixin private HelpOption help;

  @Spec private CommandSpec spec;

  @Option(
      names = "--manager",
      paramLabel = "URL",
      defaultValue = "http://127.0.0.1:8087",
      description = "The manager. Default: ${DEFAULT-VALUE}")
  private String manager;

  @Option(
      names = "--user",
      paramLabel = "NAME",
      defaultValue = "admin",
      description = "An account of the manager. Default: ${DEFAULT-VALUE}")
  private String user;

  @Option(
      names = "--password-file",
      paramLabel = "FILE",
      required = true,
      description = "A file whose first line is its password.")
  private Path passwordFile;

  @Option(
      names = "--vdb",
      paramLabel = "NAME",
      description = "Only statements of this virtual database.")
  private String vdb;

  @Option(
      names = "--staleness",
      paramLabel = "SECONDS",
      description =
          "Recommend also what is served outdated for up to so long. Default: nothing outdated")
  private Integer staleness;

  @Option(names = "--json", description = "Print JSON, with the rules.")
  private boolean json;

  @Override
  public Integer call() throws CommandFailure {
    CacheAdvice advice =
        CacheAdvice.of(
            Endpoint.url(spec, "--manager", manager), user, Endpoint.password(passwordFile));
    try {
      advice.print(
          spec.commandLine().getOut(),
          Optional.ofNullable(vdb),
          Optional.ofNullable(staleness),
          json);
      return ExitCode.OK.code();
    } catch (IOException e) {
      throw new CommandFailure(ExitCode.STARTUP, e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return ExitCode.INTERRUPTED.code();
    }
  }
}
