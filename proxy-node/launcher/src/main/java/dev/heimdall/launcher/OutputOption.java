package dev.heimdall.launcher;

import dev.heimdall.launcher.moving.Imported;
import dev.heimdall.launcher.process.CommandFailure;
import java.io.PrintWriter;
import java.nio.file.Path;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;

/** Directory for a configuration that was made of something else. */
final class OutputOption {
  @Spec(Target.MIXEE)
  private CommandSpec spec;

  @Option(
      names = "--output",
      paramLabel = "DIRECTORY",
      required = true,
      description = "Where the documents are written: a directory that is empty or not there yet.")
  private Path output;

  /** Writes it, and prints what is to be known of it. */
  void write(Imported made) throws CommandFailure {
    PrintWriter out = spec.commandLine().getOut();
    for (String document : made.write(output)) {
      out.println("wrote " + output.resolve(document));
    }
    made.notes().forEach(out::println);
    out.println(
        "%s; look at them, then: heimdall check %s && heimdall proxy --config %s"
            .formatted(Plural.of(made.notes().size(), "note"), output, output));
  }
}
