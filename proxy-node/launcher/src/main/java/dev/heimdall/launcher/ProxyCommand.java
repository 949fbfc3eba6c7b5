package dev.heimdall.launcher;

import dev.heimdall.engine.boot.Node;
import dev.heimdall.engine.boot.StartupException;
import dev.heimdall.launcher.process.CommandFailure;
import dev.heimdall.launcher.process.ExitCode;
import dev.heimdall.launcher.process.Logging;
import dev.heimdall.launcher.process.StopSignal;
import dev.heimdall.model.Configuration;
import dev.heimdall.model.VirtualDatabase;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
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

  private static final Logger LOG = LoggerFactory.getLogger("heimdall");

  @Option(
      names = "--config",
      paramLabel = "DIR",
      required = true,
      description = "The configuration directory.")
  private Path directory;

  @Override
  public Integer call() throws CommandFailure {
    ConfigurationDirectory configured = new ConfigurationDirectory(directory);
    Configuration configuration = configured.read();
    Logging.apply(configuration.node());
    StopSignal stop = StopSignal.install();
    Node node;
    try {
      node = Node.start(directory, new Reactions(stop));
    } catch (StartupException e) {
      throw new CommandFailure(ExitCode.STARTUP, e.getMessage(), e);
    }
    try (node) {
      StopSignal.onHangup(node::reload);
      LOG.info("serving {}; {} to end", served(configuration, node), "SIGTERM or Ctrl-C");
      stop.await();
      LOG.info("draining");
      node.drain();
    }
    LOG.info("ended");
    return ExitCode.OK.code();
  }

  private static String served(Configuration configuration, Node node) {
    return configuration.vdbs().values().stream()
        .map(vdb -> vdb.name() + " on " + vdb.address() + ":" + ports(vdb, node))
        .collect(Collectors.joining(", "));
  }

  private static String ports(VirtualDatabase vdb, Node node) {
    return vdb.ports().size() == 1
        ? Integer.toString(node.port(vdb.name()))
        : vdb.ports().stream().map(Object::toString).collect(Collectors.joining(","));
  }

  /** What the command does when the node tells of itself. */
  private record Reactions(StopSignal stop) implements Node.Observer {
    @Override
    public void reloaded(Configuration configuration) {
      Logging.level(configuration.node());
    }

    @Override
    public void draining() {
      stop.request();
    }
  }
}
