package dev.heimdall.launcher;

import dev.heimdall.engine.boot.HandoverPlace;
import dev.heimdall.launcher.conf.HeimdallConf;
import dev.heimdall.launcher.conf.Role;
import dev.heimdall.launcher.process.CommandFailure;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code heimdall proxy}. */
@Command(
    name = "proxy",
    description = {
      "Runs a node with a configuration, in the foreground.",
      "SIGHUP reloads the configuration; SIGTERM, SIGINT and POST /drain drain the node and end it."
    })
final class ProxyCommand implements Callable<Integer> {
  @Mixin private HelpOption help;

  @Mixin private NodePlace place;

  @Mixin private StateOption state;

  @Mixin private StateKeyOption key;

  @Mixin private NodeNameOption name;

  @Mixin private RegionFactsOption facts;

  @Option(
      names = "--take-over",
      description =
          "Takes the place of the node that runs with the same --state: its listening sockets, and"
              + " its clients without TLS whenever they are between transactions. That process"
              + " ends when the last one has gone, or drainTimeout is over. If this one does not"
              + " start, it goes on as before.")
  private boolean takeOver;

  @Override
  public Integer call() throws CommandFailure {
    Optional<HeimdallConf> conf = place.conf(Role.PROXY);
    conf.flatMap(HeimdallConf::region).ifPresent(NodeRun::workIn);
    return new NodeRun(conf, name.name(conf), Optional.empty(), settings -> Optional.empty())
        .meeting(new HandoverPlace(state.directory(), takeOver))
        .with(place.configuration(conf), state.directory(), key.file(conf), facts.toRun(conf));
  }
}
