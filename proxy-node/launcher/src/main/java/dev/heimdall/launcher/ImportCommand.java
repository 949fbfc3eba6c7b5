package dev.heimdall.launcher;

import dev.heimdall.launcher.moving.Imported;
import dev.heimdall.launcher.process.CommandFailure;
import java.io.PrintWriter;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code heimdall import}: configurations of other proxies. */
@Command(
    name = "import",
    description = "Turns the configuration of another proxy into one of Heimdall's.",
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      ImportPgBouncerCommand.class,
      ImportProxySqlCommand.class,
      ImportMaxScaleCommand.class
    })
final class ImportCommand implements Runnable {
  @Mixin private HelpOption help;

  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "A command is missing.");
  }

  /** Writes a configuration that was made of something else, and says what is to be known of it. */
  static void write(Imported made, Path output, PrintWriter out) throws CommandFailure {
    for (String document : made.write(output)) {
      out.println("wrote " + output.resolve(document));
    }
    made.notes().forEach(out::println);
    out.println(
        "%s; look at them, then: heimdall check %s && heimdall proxy --config %s"
            .formatted(Plural.of(made.notes().size(), "note"), output, output));
  }
}
