package dev.heimdall.launcher;

import java.nio.file.Path;
import picocli.CommandLine.Option;

/** Directory in which a machine keeps what it has to keep. */
final class StateOption {
  @Option(
      names = "--state",
      paramLabel = "DIR",
      defaultValue = "${env:STATE_DIRECTORY:-/var/lib/heimdall}",
      description =
          "Where a node keeps the last right configuration, encrypted, for when S3, Secrets Manager"
              + " or a file system is away, and a manager the password that it has made. Default:"
              + " ${DEFAULT-VALUE}")
  private Path directory;

  Path directory() {
    return directory;
  }
}
