package dev.heimdall.launcher;

import dev.heimdall.launcher.conf.HeimdallConf;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Name by which managers know the node: an option of the commands that run one. */
final class NodeNameOption {
  @Option(
      names = "--node-name",
      paramLabel = "NAME",
      description =
          "What managers know this node by, another one for each node of a fleet: letters, digits,"
              + " \".\", \"_\" and \"-\". Default: the machine's name and the node's number.")
  private String name;

  /** The option goes before the machine's file. */
  Optional<String> name(Optional<HeimdallConf> conf) {
    return Optional.ofNullable(name).or(() -> conf.flatMap(HeimdallConf::nodeName));
  }
}
