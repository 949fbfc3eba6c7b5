package dev.heimdall.test.operate;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.heimdall.launcher.Heimdall;
import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.SharedPostgres;
import dev.heimdall.test.fixture.Target;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/** {@code heimdall proxy} as a process of its own, in front of the shared primary. */
final class ProxyProcess implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final Path directory;
  private final Path output;
  private final Process process;
  private final int port;
  private final int httpPort;

  private ProxyProcess(Path directory, Path output, Process process, int port, int httpPort) {
    this.directory = directory;
    this.output = output;
    this.process = process;
    this.port = port;
    this.httpPort = httpPort;
  }

  /**
   * Starts the command and waits until it serves clients.
   *
   * @param directory an empty one, for configuration and output
   * @param nodeSettings what {@code node.json} says besides the HTTP door's port
   */
  static ProxyProcess start(Path directory, Map<String, Object> nodeSettings) throws IOException {
    Path configuration = Files.createDirectory(directory.resolve("configuration"));
    Path output = directory.resolve("output");
    int port = freePort();
    int httpPort = freePort();
    writeNode(configuration, nodeSettings, httpPort);
    write(
        configuration.resolve("sources/main.json"),
        Map.of(
            "url",
            SharedPostgres.primary().jdbcUrl(SharedPostgres.DATABASE),
            "user",
            SharedPostgres.USER,
            "password",
            SharedPostgres.PASSWORD,
            "tls",
            Map.of("mode", "disable")));
    write(
        configuration.resolve("vdbs/app.json"),
        Map.of("source", "main", "address", "127.0.0.1", "ports", List.of(port)));
    write(configuration.resolve("users/app.json"), Map.of("password", "app"));
    write(configuration.resolve("users/admin.json"), Map.of("password", "admin", "admin", true));
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-Xmx256m");
    // Not what the class path has for tests.
    command.add("-Dlogback.configurationFile=logback.xml");
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add(Heimdall.class.getName());
    command.add("proxy");
    command.add("--config=" + configuration);
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    ProxyProcess proxy = new ProxyProcess(configuration, output, process, port, httpPort);
    Await.until(
        "the command serves clients",
        PATIENCE,
        () -> proxy.output().contains("serving app on") || !process.isAlive(),
        proxy::output);
    return proxy;
  }

  private static void writeNode(Path configuration, Map<String, Object> settings, int httpPort)
      throws IOException {
    Map<String, Object> node = new TreeMap<>(settings);
    node.put("http", Map.of("port", httpPort));
    write(configuration.resolve("node.json"), node);
  }

  private static void write(Path document, Map<String, Object> content) throws IOException {
    Files.createDirectories(document.getParent());
    Files.writeString(document, JSON.writeValueAsString(content));
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  Target target() {
    return new Target("127.0.0.1", port, "app", "app", "app", false);
  }

  Target console() {
    return target().as("admin", "admin").in("heimdall");
  }

  Door door() {
    return new Door(httpPort);
  }

  /** Writes other settings into {@code node.json}. */
  void change(Map<String, Object> nodeSettings) throws IOException {
    writeNode(directory, nodeSettings, httpPort);
  }

  /** Asks it to end, with SIGTERM. */
  void terminate() {
    process.destroy();
  }

  /** Waits for its end; its exit code. */
  int exitCode() throws InterruptedException {
    if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
      throw new AssertionError("the process does not end: " + output());
    }
    return process.exitValue();
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** Everything that it has written so far. */
  String output() {
    try {
      return Files.readString(output);
    } catch (IOException e) {
      return "";
    }
  }

  @Override
  public void close() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }
}
