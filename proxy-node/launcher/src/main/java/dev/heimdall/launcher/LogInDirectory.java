package dev.heimdall.launcher;

import dev.heimdall.launcher.process.CommandFailure;
import dev.heimdall.launcher.process.ExitCode;
import dev.heimdall.model.ConfigurationException;
import dev.heimdall.model.ManagerDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Optional;
import java.util.stream.Collectors;

/** The directory that knows people of the manager, as a document names it. */
final class LogInDirectory {
  private LogInDirectory() {}

  /** The one that a file names; empty: none. */
  static Optional<ManagerDirectory> of(Optional<Path> file) throws CommandFailure {
    if (file.isEmpty()) {
      return Optional.empty();
    }
    try {
      ManagerDirectory read = ManagerDirectory.read(file.get());
      if (read.ldap().bindPassword().isPresent()
          && Files.getPosixFilePermissions(file.get()).contains(PosixFilePermission.OTHERS_READ)) {
        throw new CommandFailure(
            ExitCode.STARTUP,
            "everybody can read %s, which holds a password: chmod o-r %s"
                .formatted(file.get(), file.get()));
      }
      return Optional.of(read);
    } catch (ConfigurationException e) {
      throw new CommandFailure(
          ExitCode.CONFIGURATION,
          e.problems().stream().map(Object::toString).collect(Collectors.joining("\n")),
          e);
    } catch (IOException e) {
      throw new CommandFailure(
          ExitCode.STARTUP, "%s cannot be read: %s".formatted(file.get(), e.getMessage()), e);
    }
  }
}
