package dev.heimdall.launcher;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code heimdall changes}: what has to do with writes past the nodes. */
@Command(
    name = "changes",
    description = "Makes triggers by which nodes hear of writes that do not go through them.",
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {ChangesInstallCommand.class, ChangesRemoveCommand.class})
final class ChangesCommand implements Runnable {
  @Mixin private HelpOption help;

  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "A command is missing.");
  }
}
