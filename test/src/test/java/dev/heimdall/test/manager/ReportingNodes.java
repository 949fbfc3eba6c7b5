package dev.heimdall.test.manager;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.heimdall.launcher.postgres.PostgresCluster;
import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.FreePort;
import dev.heimdall.test.fixture.SharedPostgres;
import dev.heimdall.test.fixture.Target;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Nodes and up to two managers over one directory, each a process of its own. */
final class ReportingNodes implements AutoCloseable {
  /** What they sign with. */
  static final String KEY = "0123456789abcdef0123456789abcdef";

  private static final Pattern PORT = Pattern.compile("serving app on 127\\.0\\.0\\.1:([0-9]+)");

  /** With this a node ends that is to be started anew. */
  private static final int RESTART = 75;

  private final Path directory;
  private final int onePort = FreePort.any();
  private final int otherPort = FreePort.any();
  private final List<Started> processes = new CopyOnWriteArrayList<>();
  private final List<Thread> supervisors = new ArrayList<>();

  ReportingNodes(Path directory) throws IOException {
    this.directory = directory;
    write(
        "node.json",
        """
        {"http": {"enabled": false}, "warmUp": "0", "drainTimeout": "2s", "loops": 1, "manager": {
          "urls": ["http://127.0.0.1:%d", "http://127.0.0.1:%d"], "key": "%s", "every": "400ms"}}
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

  /** A data source that is followed as a cluster. */
  static String source(PostgresCluster cluster) {
    String hosts =
        cluster.servers().stream()
            .map(server -> server.host() + ":" + server.port())
            .collect(Collectors.joining(","));
    return """
    {"url": "jdbc:postgresql://%s/app", "user": "%s", "password": "%s",
     "tls": {"mode": "disable"}, "cluster": {"kind": "postgres", "reads": "none",
     "probe": {"user": "%2$s", "password": "%3$s", "timeout": "1s"}}}
    """
        .formatted(hosts, cluster.superuser(), cluster.password());
  }

  /**
   * Has nodes that start from now on report to both managers by this port. They look for the second
   * one ten times in a row, which takes longer than starting it anew, and then every ten seconds.
   */
  void behind(int port) throws IOException {
    Path node = configuration().resolve("node.json");
    String text = Files.readString(node);
    write(
        "node.json",
        text.replaceFirst(
                "\"urls\": \\[[^]]*]",
                "\"urls\": [\"http://127.0.0.1:%d\"], \"instances\": 2".formatted(port))
            .replace("\"400ms\"", "\"1s\""));
  }

  Path configuration() {
    return directory.resolve("configuration");
  }

  @Override
  public void close() throws InterruptedException {
    for (Thread supervisor : supervisors) {
      supervisor.interrupt();
      supervisor.join();
    }
    for (Started process : processes) {
      process.close();
    }
  }

  Started start(String output, String... arguments) throws IOException {
    return start(output, Map.of(), arguments);
  }

  Started start(String output, Map<String, String> environment, String... arguments)
      throws IOException {
    Map<String, String> all = new HashMap<>(environment);
    all.put("STATE_DIRECTORY", directory.resolve("state-" + output).toString());
    Started process = Started.start(directory.resolve(output), all, List.of(arguments));
    processes.add(process);
    return process;
  }

  /** One that is started anew whenever it ends to that end, as systemd does. */
  void supervisedNode(String name) throws IOException {
    Started first = supervised(name, 0);
    Thread supervisor =
        new Thread(
            () -> {
              try {
                Started now = first;
                for (int i = 1; now.exitCode() == RESTART; i++) {
                  now = supervised(name, i);
                }
              } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
              } catch (InterruptedException | AssertionError e) {
                Thread.currentThread().interrupt(); // the test is over
              }
            });
    supervisor.setDaemon(true);
    supervisors.add(supervisor);
    supervisor.start();
  }

  private Started supervised(String name, int run) throws IOException {
    return start(
        name + "." + run,
        Map.of("HEIMDALL_SUPERVISED", "yes"),
        "proxy",
        "--config=" + configuration(),
        "--node-name=" + name);
  }

  Started node(String name) throws IOException {
    return start(name, "proxy", "--config=" + configuration(), "--node-name=" + name);
  }

  Started manager(int port) throws IOException {
    return manager(port, Map.of());
  }

  /** The same in another environment. */
  Started manager(int port, Map<String, String> environment) throws IOException {
    return start(
        "manager-" + port,
        environment,
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
    return answer(manager, "/api/v1/nodes/" + node);
  }

  /** What a manager answers; missing while it does not. */
  JsonNode answer(int manager, String path) {
    try {
      return rest(manager).get(path).json();
    } catch (IOException e) {
      return MissingNode.getInstance();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return MissingNode.getInstance();
    }
  }

  /** Whether a node has told a manager who is the writer. */
  boolean knowsWriter(int manager, String node) {
    return said(manager, node)
        .at("/sections/state/clusters/0/events")
        .toString()
        .contains("\"kind\":\"writer\"");
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

  /** Waits until both managers know of these nodes, and these have told them who is the writer. */
  void awaitWriterKnown(String... nodes) {
    for (int manager : new int[] {onePort, otherPort}) {
      awaitLive(manager, nodes);
      for (String node : nodes) {
        Await.until(
            node + " knows the writer",
            Started.PATIENCE,
            () -> knowsWriter(manager, node),
            () -> said(manager, node).toString());
      }
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
