package dev.heimdall.launcher;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code heimdall rules}: what has to do with rule lists. */
@Command(
    name = "rules",
    description = "Tries rule lists on statements.",
    synopsisSubcommandLabel = "COMMAND",
    subcommands = RulesExplainCommand.class)
final class RulesCommand implements Runnable {
  @Mixin private HelpOption help;

  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "A command is missing.");
  }
}
