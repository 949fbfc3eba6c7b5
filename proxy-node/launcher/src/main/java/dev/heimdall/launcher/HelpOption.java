package dev.heimdall.launcher;

import picocli.CommandLine.Option;

/** {@code --help} of a subcommand. */
final class HelpOption {
  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help message and exit.")
  private boolean requested;
}
