package dev.heimdall.launcher;

import dev.heimdall.launcher.process.CommandFailure;
import dev.heimdall.launcher.process.ExitCode;
import dev.heimdall.model.Configuration;
import dev.heimdall.model.ConfigurationException;
import dev.heimdall.model.ConfigurationReader;
import dev.heimdall.model.Problem;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/** A configuration directory as an argument of a command. */
record ConfigurationDirectory(Path path) {

  /** Reads it; the failure lists every problem. */
  Configuration read() throws CommandFailure {
    try {
      return ConfigurationReader.read(path);
    } catch (ConfigurationException e) {
      throw new CommandFailure(ExitCode.CONFIGURATION, describe(e.problems()), e);
    }
  }

  private String describe(List<Problem> problems) {
    return problems.stream()
        .map(problem -> System.lineSeparator() + "  " + problem)
        .collect(
            Collectors.joining(
                "",
                "the configuration in %s has %s:"
                    .formatted(path, Plural.of(problems.size(), "problem")),
                ""));
  }
}
