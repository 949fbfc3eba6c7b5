package dev.heimdall.launcher;

import dev.heimdall.launcher.conf.HeimdallConf;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** The key of a node's copy of its configuration. */
final class StateKeyOption {
  @Option(
      names = "--state-key",
      paramLabel = "FILE",
      description =
          "The key that this copy is encrypted with: 32 bytes, readable to their owner only, made"
              + " when they are missing. It goes before stateKey of a machine's file. Without"
              + " both: beside the copy.")
  private Path file;

  Optional<Path> file(Optional<HeimdallConf> conf) {
    return Optional.ofNullable(file).or(() -> conf.flatMap(HeimdallConf::stateKey));
  }
}
