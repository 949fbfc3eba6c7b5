package dev.heimdall.launcher;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heimdall.engine.boot.Node;
import dev.heimdall.engine.boot.NodeObserver;
import dev.heimdall.engine.boot.StartupException;
import dev.heimdall.launcher.embedded.Directories;
import dev.heimdall.launcher.process.CommandFailure;
import dev.heimdall.launcher.process.ExitCode;
import dev.heimdall.launcher.process.Logging;
import dev.heimdall.model.Engine;
import dev.heimdall.model.RegionFacts;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * {@code heimdall prepare}: starts a node, warms it up, looks at it as a scraper does, and ends it,
 * while the JVM notes which classes that takes. The heimdall script has it write them to a file.
 */
@Command(
    name = "prepare",
    description = {
      "Makes a cache of classes for this Java, by which nodes start in half the time.",
      "Run it again after an update of Java. Nothing else is needed: a cache that does not fit is not used."
    })
final class PrepareCommand implements Callable<Integer> {
  private static final int LOOK_MILLIS = 50;

  @Mixin private HelpOption help;

  @Option(
      names = "--seconds",
      paramLabel = "N",
      defaultValue = "10",
      description = "How long the node runs statements of its own, 1 to 300 (${DEFAULT-VALUE}).")
  private int seconds;

  @Override
  public Integer call() throws CommandFailure {
    if (seconds < 1 || seconds > 300) {
      throw new CommandFailure(
          ExitCode.USAGE, "--seconds " + seconds + ": allowed are 1 to 300 seconds");
    }
    try {
      Path directory = Files.createTempDirectory("heimdall-prepare");
      try {
        write(directory);
        run(directory);
      } finally {
        Directories.delete(directory);
      }
      return ExitCode.OK.code();
    } catch (IOException | StartupException e) {
      throw new CommandFailure(ExitCode.STARTUP, e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CommandFailure(ExitCode.STARTUP, "interrupted", e);
    }
  }

  private void run(Path directory)
      throws CommandFailure, StartupException, IOException, InterruptedException {
    try (ConfigurationPlace place =
        ConfigurationPlace.follow(
            directory.toString(), directory, Optional.empty(), RegionFacts.none())) {
      Logging.apply(place.read().node());
      try (Node node = Node.start(place.directory(), place.facts(), new Fresh())) {
        while (answer(node, "/readyz") != HttpURLConnection.HTTP_OK) {
          Thread.sleep(LOOK_MILLIS);
        }
        answer(node, "/metrics");
        answer(node, "/status");
        node.drain();
      }
    }
  }

  /** Warms itself up. */
  private static final class Fresh implements NodeObserver {
    @Override
    public boolean warmsUp() {
      return true;
    }
  }

  private static int answer(Node node, String path) throws IOException {
    HttpURLConnection connection =
        (HttpURLConnection)
            URI.create("http://127.0.0.1:" + node.httpPort() + path).toURL().openConnection();
    int status = connection.getResponseCode();
    try (InputStream body =
        status < HttpURLConnection.HTTP_BAD_REQUEST
            ? connection.getInputStream()
            : connection.getErrorStream()) {
      body.transferTo(OutputStream.nullOutputStream());
    }
    return status;
  }

  /** A node that takes no log-ins, of databases that are not there. */
  private void write(Path directory) throws IOException {
    ObjectNode node = document();
    node.put("warmUp", seconds + "s").put("logLevel", "error").put("loops", 1);
    node.putObject("http").put("port", 0);
    write(directory.resolve("node.json"), node);
    for (Engine engine : Engine.all()) {
      ObjectNode source = document();
      source
          .put("url", engine.url("127.0.0.1:1", "none"))
          .put("user", "none")
          .put("password", "none");
      source.putObject("catalog").put("enabled", false);
      write(directory.resolve("sources/" + engine.spelling() + ".json"), source);
      ObjectNode vdb = document();
      vdb.put("source", engine.spelling()).put("address", "127.0.0.1").putArray("ports").add(0);
      vdb.putArray("auth").addObject().put("method", "reject");
      write(directory.resolve("vdbs/" + engine.spelling() + ".json"), vdb);
    }
  }

  private static ObjectNode document() {
    return JsonNodeFactory.instance.objectNode();
  }

  private static void write(Path file, ObjectNode document) throws IOException {
    Files.createDirectories(file.getParent());
    Files.writeString(file, document.toString());
  }
}
