package dev.heimdall.launcher;

import dev.heimdall.launcher.conf.HeimdallConf;
import dev.heimdall.launcher.conf.Role;
import dev.heimdall.launcher.process.CommandFailure;
import dev.heimdall.launcher.process.ExitCode;
import dev.heimdall.launcher.process.Logging;
import dev.heimdall.model.HttpSettings;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code heimdall ready}. */
@Command(
    name = "ready",
    description = {
      "Says whether what this machine runs is ready: the node takes clients, the manager listens.",
      "The exit code is 0 if it is, and 4 if it is not."
    })
final class ReadyCommand implements Callable<Integer> {
  private static final Duration ONE_LOOK = Duration.ofSeconds(2);
  private static final Duration PAUSE = Duration.ofMillis(500);

  @Mixin private HelpOption help;

  @Mixin private NodePlace place;

  @Mixin private RegionFactsOption facts;

  @Option(
      names = "--wait",
      paramLabel = "SECONDS",
      defaultValue = "0",
      description = "How long to wait until it is. Default: not at all.")
  private int seconds;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws CommandFailure {
    if (seconds < 0) {
      throw new ParameterException(
          spec.commandLine(), "--wait is %d, allowed is 0 or more.".formatted(seconds));
    }
    Logging.quiet();
    Optional<HeimdallConf> conf = place.conf();
    Role role = conf.flatMap(HeimdallConf::role).orElse(Role.PROXY);
    long end = System.nanoTime() + Duration.ofSeconds(seconds).toNanos();
    while (true) {
      try {
        look(role, conf);
        spec.commandLine().getOut().println("ready");
        return ExitCode.OK.code();
      } catch (CommandFailure e) {
        if (System.nanoTime() - end >= 0) {
          throw e;
        }
      }
      pause();
    }
  }

  private void look(Role role, Optional<HeimdallConf> conf) throws CommandFailure {
    if (role != Role.SERVER) {
      try (ConfigurationPlace opened =
          ConfigurationPlace.openToUse(place.configuration(conf), facts.toRun(conf))) {
        // With a manager beside it, a node waits for its first virtual database.
        if (role == Role.PROXY || !new FirstVdb(opened).isMissing()) {
          node(opened.read().node().http());
        }
      }
    }
    if (role != Role.PROXY) {
      manager(conf);
    }
  }

  private static void node(HttpSettings http) throws CommandFailure {
    if (!http.enabled() || http.port() == 0) {
      throw notReady(
          "the node cannot be asked: http.enabled is %s and http.port %d in node.json; it needs an"
                  .formatted(http.enabled(), http.port())
              + " HTTP endpoint with a port of its own");
    }
    URI uri =
        URI.create("http://%s:%d/readyz".formatted(written(reached(http.address())), http.port()));
    try {
      HttpURLConnection connection = (HttpURLConnection) uri.toURL().openConnection(Proxy.NO_PROXY);
      connection.setConnectTimeout(Math.toIntExact(ONE_LOOK.toMillis()));
      connection.setReadTimeout(Math.toIntExact(ONE_LOOK.toMillis()));
      int status = connection.getResponseCode();
      connection.disconnect();
      if (status != HttpURLConnection.HTTP_OK) {
        throw notReady("the node answers %d at %s".formatted(status, uri));
      }
    } catch (IOException e) {
      throw notReady("the node does not answer at %s: %s".formatted(uri, e.getMessage()));
    }
  }

  private static void manager(Optional<HeimdallConf> conf) throws CommandFailure {
    String address =
        reached(conf.flatMap(said -> said.manager().address()).orElse(ServerCommand.ADDRESS));
    int port = conf.flatMap(said -> said.manager().port()).orElse(ServerCommand.PORT);
    try (Socket socket = new Socket(Proxy.NO_PROXY)) {
      socket.connect(new InetSocketAddress(address, port), Math.toIntExact(ONE_LOOK.toMillis()));
    } catch (IOException e) {
      throw notReady(
          "the manager does not listen at %s:%d: %s"
              .formatted(written(address), port, e.getMessage()));
    }
  }

  /** Address at which a server is reached: loopback if it listens everywhere. */
  private static String reached(String address) throws CommandFailure {
    try {
      InetAddress named = InetAddress.getByName(address);
      return named.isAnyLocalAddress()
          ? InetAddress.getLoopbackAddress().getHostAddress()
          : named.getHostAddress();
    } catch (IOException e) {
      throw notReady("%s is not an address of this machine: %s".formatted(address, e.getMessage()));
    }
  }

  private static String written(String address) {
    return address.contains(":") ? "[" + address + "]" : address;
  }

  private static CommandFailure notReady(String why) {
    return new CommandFailure(ExitCode.STARTUP, why + ".");
  }

  private static void pause() throws CommandFailure {
    try {
      Thread.sleep(PAUSE.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw notReady("interrupted");
    }
  }
}
