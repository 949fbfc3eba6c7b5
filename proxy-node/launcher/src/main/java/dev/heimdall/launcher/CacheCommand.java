package dev.heimdall.launcher;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code heimdall cache}: what has to do with the query cache. */
@Command(
    name = "cache",
    description = "Recommends what to cache.",
    synopsisSubcommandLabel = "COMMAND",
    subcommands = CacheAdviseCommand.class)
final class CacheCommand implements Runnable {
  @Mixin private HelpOption help;

  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "A command is missing.");
  }
}
