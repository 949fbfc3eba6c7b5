package dev.heimdall.launcher;

import dev.heimdall.launcher.process.CommandFailure;
import dev.heimdall.launcher.process.ExitCode;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** Options of commands that ask a node or a manager. */
final class Endpoint {
  private Endpoint() {}

  /** The first line of a file. */
  static String password(Path file) throws CommandFailure {
    try {
      List<String> lines = Files.readAllLines(file);
      if (!lines.isEmpty() && !lines.get(0).isBlank()) {
        return lines.get(0).strip();
      }
      throw new CommandFailure(
          ExitCode.STARTUP, "the first line of %s is empty: the password".formatted(file));
    } catch (IOException e) {
      throw new CommandFailure(
          ExitCode.STARTUP, "cannot read the password in %s".formatted(file), e);
    }
  }

  /** The URL that an option has. */
  static URI url(CommandSpec spec, String option, String text) {
    try {
      URI url = new URI(text);
      if (List.of("http", "https").contains(url.getScheme())
          && url.getHost() != null
          && url.getUserInfo() == null) {
        return url;
      }
    } catch (URISyntaxException e) {
      // As others that are none.
    }
    throw new ParameterException(
        spec.commandLine(),
        "%s takes a URL without a password in it, such as %s."
            .formatted(option, "http://127.0.0.1:5059"));
  }
}
