package dev.heimdall.launcher;

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
}
