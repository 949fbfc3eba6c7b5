package dev.heimdall.launcher;

import dev.heimdall.engine.net.TlsFiles;
import dev.heimdall.launcher.process.CommandFailure;
import dev.heimdall.launcher.process.ExitCode;
import dev.heimdall.model.Configuration;
import dev.heimdall.model.OpenSecrets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code heimdall check}. */
@Command(
    name = "check",
    description = "Reads a configuration and prints every problem in it, or OK.")
final class CheckCommand implements Callable<Integer> {
  @Mixin private HelpOption help;

  @Spec private CommandSpec spec;

  @Parameters(paramLabel = ConfigurationPlace.LABEL, description = ConfigurationPlace.DESCRIPTION)
  private String place;

  @Override
  public Integer call() throws CommandFailure {
    Configuration read;
    try (ConfigurationPlace opened = ConfigurationPlace.open(place)) {
      read = opened.read();
      for (String warning : OpenSecrets.of(opened.directory(), read)) {
        warn(warning);
      }
      files(read);
    }
    spec.commandLine()
        .getOut()
        .println(
            "OK: %s, %s, %s"
                .formatted(
                    Plural.of(read.sources().size(), "source"),
                    Plural.of(read.vdbs().size(), "virtual database"),
                    Plural.of(read.users().size(), "user")));
    return 0;
  }

  /** Certificates and keys: a node reads them before it takes a configuration over. */
  private void files(Configuration read) throws CommandFailure {
    List<TlsFiles.Fault> wrong = new ArrayList<>();
    for (TlsFiles.Fault fault : TlsFiles.faults(read)) {
      if (fault.ofThisMachine()) {
        warn("a node on this machine would not start: " + fault);
      } else {
        wrong.add(fault);
      }
    }
    if (!wrong.isEmpty()) {
      throw new CommandFailure(
          ExitCode.CONFIGURATION, Problems.of("the configuration in " + place, wrong));
    }
  }

  private void warn(String warning) {
    spec.commandLine().getErr().println("warning: " + warning);
  }
}
