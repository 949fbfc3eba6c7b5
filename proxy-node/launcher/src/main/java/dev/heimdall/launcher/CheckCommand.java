package dev.heimdall.launcher;

import dev.heimdall.launcher.process.CommandFailure;
import dev.heimdall.model.Configuration;
import dev.heimdall.model.OpenReference;
import dev.heimdall.model.OpenSecrets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code heimdall check}. */
@Command(
    name = "check",
    description = "Reads a configuration and prints every problem in it, or OK.")
final class CheckCommand implements Callable<Integer> {
  @Mixin private HelpOption help;

  @Spec private CommandSpec spec;

  @Option(
      names = "--elsewhere",
      description = {
        "The node runs on another machine: what no document names",
        "and is only missing on this one is a warning."
      })
  private boolean elsewhere;

  @Mixin private RegionFactsOption facts;

  @Parameters(paramLabel = ConfigurationPlace.LABEL, description = ConfigurationPlace.DESCRIPTION)
  private String place;

  @Override
  public Integer call() throws CommandFailure {
    Configuration read;
    List<OpenReference> open = new ArrayList<>();
    try (ConfigurationPlace opened =
        ConfigurationPlace.open(place, elsewhere ? facts.toEdit() : facts.toRun())) {
      read = opened.read(open::add);
      opened.checkMasks();
      RegionFactsOption.tell(open, this::warn);
      for (String warning : OpenSecrets.of(opened.directory(), read)) {
        warn(warning);
      }
      ConsistencyNotes.of(read).forEach(this::warn);
      read.byArn().arns().forEach(this::derived);
      if (elsewhere) {
        NamedFiles.check(
            place, read, missing -> warn("a node on this machine would not start: " + missing));
      } else {
        NamedFiles.check(place, read);
      }
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

  /** It cannot be looked up here: that is for nodes, and for {@code heimdall doctor}. */
  private void derived(String source, String arn) {
    spec.commandLine()
        .getOut()
        .println(
            "sources/%s.json: a node takes engine, port, database and servers from what topology documents or the RDS API report of %s"
                .formatted(source, arn));
  }

  private void warn(String warning) {
    spec.commandLine().getErr().println("warning: " + warning);
  }
}
