package dev.heimdall.test.manager;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.FreePort;
import dev.heimdall.test.fixture.SharedPostgres;
import dev.heimdall.test.fixture.Target;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Nodes and up to two managers over one directory, each a process of its own. */
final class ReportingNodes implements AutoCloseable {
  /** What they sign with. */
  static final String KEY = "0123456789abcdef0123456789abcdef";

  private static final Pattern PORT = Pattern.compile("serving app on 127\\.0\\.0\\.1:([0-9]+)");

  private final Path directory;
  private final int onePort = FreePort.any();
  private final int otherPort = FreePort.any();
  private final List<Started> processes = new ArrayList<>();

  ReportingNodes(Path directory) throws IOException {
    this.directory = directory;
    write(
        "node.json",
        """
        {"http": {"enabled": false}, "drainTimeout": "2s", "loops": 1, "manager": {
          "urls": ["http://127.0.0.1:%d", "http://127.0.0.1:%d"], "key": "%s", "every": "200ms"}}
        """
            .formatted(onePort, otherPort, KEY));
    write(
        "sources/main.json",
        "{\"url\": \"%s\", \"user\": \"%s\", \"password\": \"%s\", \"tls\": {\"mode\": \"disable\"}}"
            .formatted(
                SharedPostgres.primary().jdbcUrl(SharedPostgres.DATABASE),
                SharedPostgres.USER,
                SharedPostgres.PASSWORD));
    write("vdbs/app.json", "{\"source\": \"main\", \"address\": \"127.0.0.1\", \"ports\": [0]}");
    write("users/app.json", "{\"password\": \"app\"}");
  }

  void write(String name, String text) throws IOException {
    Path file = configuration().resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  Path configuration() {
    return directory.resolve("configuration");
  }

  @Override
  public void close() throws InterruptedException {
    for (Started process : processes) {
      process.close();
    }
  }

  Started start(String output, String... arguments) throws IOException {
    Started process =
        Started.start(
            directory.resolve(output),
            Map.of("STATE_DIRECTORY", directory.resolve("state-" + output).toString()),
            List.of(arguments));
    processes.add(process);
    return process;
  }

  Started node(String name) throws IOException {
    return start(name, "proxy", "--config=" + configuration(), "--node-name=" + name);
  }

  Started manager(int port) throws IOException {
    return start(
        "manager-" + port,
        "server",
        "--config=" + configuration(),
        "--state=" + directory.resolve("state-" + port),
        "--manager-port=" + port);
  }

  Rest rest(int port) throws IOException {
    return new Rest(
        port, "admin", Files.readString(directory.resolve("state-" + port + "/manager-password")));
  }

  static Target clients(Started node) {
    node.awaitOutput("serving app on");
    Matcher port = PORT.matcher(node.output());
    assertThat(port.find()).isTrue();
    return new Target("127.0.0.1", Integer.parseInt(port.group(1)), "app", "app", "app", false);
  }

  /** What a manager says of a node; missing while it does not answer or does not know it. */
  JsonNode said(int manager, String node) {
    try {
      return rest(manager).get("/api/v1/nodes/" + node).json();
    } catch (IOException e) {
      return MissingNode.getInstance();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return MissingNode.getInstance();
    }
  }

  void awaitLive(int manager, String... nodes) {
    for (String node : nodes) {
      Await.until(
          node + " is known to the manager on " + manager,
          Started.PATIENCE,
          () -> said(manager, node).path("presence").asText().equals("live"),
          () -> said(manager, node) + "\n" + processes.get(0).output());
    }
  }

  int onePort() {
    return onePort;
  }

  int otherPort() {
    return otherPort;
  }

  /** Where the password is that a manager has made. */
  Path passwordFile(int port) {
    return directory.resolve("state-" + port + "/manager-password");
  }
}
