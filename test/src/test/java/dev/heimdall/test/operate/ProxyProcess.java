package dev.heimdall.test.operate;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.heimdall.launcher.mysql.MysqlServer;
import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.FreePort;
import dev.heimdall.test.fixture.HeimdallJvm;
import dev.heimdall.test.fixture.Jdbc;
import dev.heimdall.test.fixture.MysqlRelease;
import dev.heimdall.test.fixture.MysqlTarget;
import dev.heimdall.test.fixture.SharedPostgres;
import dev.heimdall.test.fixture.Target;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
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
  private final int port;
  private final int httpPort;
  private Process process;
  private int files;

  /** Of its JVM, besides those of every test. */
  private List<String> tuning = List.of();

  /** Percentage of a processor that it starts with; 0 for all. */
  private int share;

  /** Limit of its processor time; null for none. */
  private Starvation starvation;

  private Duration patience = PATIENCE;

  /** What runs in place of the classes under test; empty for these. */
  private List<String> release = List.of();

  private ProxyProcess(Path directory, Path output, int port, int httpPort) {
    this.directory = directory;
    this.output = output;
    this.port = port;
    this.httpPort = httpPort;
  }

  /**
   * Starts the command and waits until it serves clients.
   *
   * @param directory an empty one, for configuration and output
   * @param nodeSettings what {@code node.json} says besides the HTTP endpoint's port
   */
  static ProxyProcess start(Path directory, Map<String, Object> nodeSettings) throws IOException {
    return start(directory, nodeSettings, null);
  }

  /** The same without starting it: its configuration is in {@link #directory()}. */
  static ProxyProcess configured(Path directory, Map<String, Object> nodeSettings)
      throws IOException {
    return configured(directory, nodeSettings, "127.0.0.1");
  }

  /**
   * A machine that the node has to itself.
   *
   * @param conf lines of its {@code heimdall.conf}, besides where the configuration is
   * @param address on which the node listens
   * @param environment what the process knows of AWS
   */
  record Machine(List<String> conf, String address, Map<String, String> environment) {}

  /**
   * Another process with the same configuration and output of its own, which is not running yet.
   *
   * @param name of its output
   */
  ProxyProcess another(String name) {
    return new ProxyProcess(directory, output.resolveSibling(name), port, httpPort);
  }

  /** Ends it without a word. */
  void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  /** Starts it with a limit of open files. */
  void startWithOpenFiles(int most) throws IOException {
    files = most;
    start(Map.of(), "--config=" + directory);
  }

  /** Starts it with both of Java's compilers, as nodes are for users. */
  void startWithBothCompilers() throws IOException {
    tuning = List.of("-XX:TieredStopAtLevel=4", "-XX:CompileThresholdScaling=1");
    start(Map.of(), "--config=" + directory);
  }

  /**
   * Starts it with a part of one processor, which it has until {@link #feed}.
   *
   * @param patience how long it may take until it serves clients
   */
  void startStarved(int percent, Duration patience) throws IOException {
    share = percent;
    this.patience = patience;
    start(Map.of(), "--config=" + directory);
  }

  /** Gives it the processors that others have, too. */
  void feed() throws InterruptedException {
    starvation.close();
  }

  /** The same on a machine of its own, if there is one. */
  static ProxyProcess start(Path directory, Map<String, Object> nodeSettings, Machine machine)
      throws IOException {
    if (machine == null) {
      ProxyProcess proxy = configured(directory, nodeSettings);
      proxy.start(Map.of(), "--config=" + proxy.directory);
      return proxy;
    }
    ProxyProcess proxy = configured(directory, nodeSettings, machine.address());
    List<String> lines = new ArrayList<>(machine.conf());
    lines.add("configDirectory = " + proxy.directory);
    proxy.start(
        machine.environment(), "--conf=" + Files.write(directory.resolve("heimdall.conf"), lines));
    return proxy;
  }

  private static ProxyProcess configured(
      Path directory, Map<String, Object> nodeSettings, String address) throws IOException {
    Path configuration = Files.createDirectory(directory.resolve("configuration"));
    int port = FreePort.any();
    int httpPort = FreePort.any();
    writeAll(configuration, nodeSettings, address, port, httpPort);
    return new ProxyProcess(configuration, directory.resolve("output"), port, httpPort);
  }

  /** Writes the documents of a node in front of the shared primary. */
  static void writeAll(
      Path configuration, Map<String, Object> nodeSettings, String address, int port, int httpPort)
      throws IOException {
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
        Map.of("source", "main", "address", address, "ports", List.of(port)));
    write(configuration.resolve("users/app.json"), Map.of("password", "app"));
    write(configuration.resolve("users/admin.json"), Map.of("password", "admin", "admin", true));
  }

  /**
   * Starts {@code heimdall proxy}, which is not running, and waits until it serves clients.
   *
   * @param environment what it knows of AWS, besides credentials that the emulator takes
   */
  void start(Map<String, String> environment, String... arguments) throws IOException {
    List<String> words = new ArrayList<>(List.of("proxy"));
    words.addAll(List.of(arguments));
    List<String> command = new ArrayList<>();
    if (files > 0) {
      command.addAll(List.of("sh", "-c", "ulimit -n " + files + " && exec \"$@\"", "sh"));
    }
    if (release.isEmpty()) {
      List<String> options = new ArrayList<>(List.of("-Xmx256m"));
      options.addAll(tuning);
      command.addAll(HeimdallJvm.command(words, options.toArray(String[]::new)));
    } else {
      command.addAll(release);
      command.addAll(words);
    }
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
    builder.environment().keySet().removeIf(name -> name.startsWith("AWS_"));
    builder.environment().put("AWS_ACCESS_KEY_ID", "testing");
    builder.environment().put("AWS_SECRET_ACCESS_KEY", "testing");
    builder.environment().putAll(environment);
    Process started = builder.start();
    process = started;
    starvation = share == 0 ? null : Starvation.of(started, share);
    Await.until(
        "the command serves clients",
        patience,
        () -> output().contains("serving app on") || !started.isAlive(),
        this::output);
  }

  /**
   * Has it be of another release from its next start on.
   *
   * @param command that release's; empty for the classes under test
   */
  void becomes(List<String> command) {
    release = command;
  }

  /** The command line of the process as the system has it. */
  String commandLine() {
    return process.info().commandLine().orElse("");
  }

  private static void writeNode(Path configuration, Map<String, Object> settings, int httpPort)
      throws IOException {
    Map<String, Object> node = new TreeMap<>(settings);
    node.put("http", Map.of("port", httpPort));
    node.putIfAbsent("warmUp", "0"); // nothing here is measured
    write(configuration.resolve("node.json"), node);
  }

  static void write(Path document, Map<String, Object> content) throws IOException {
    Files.createDirectories(document.getParent());
    Files.writeString(document, JSON.writeValueAsString(content));
  }

  /** Its configuration, as it was written for it. */
  Path directory() {
    return directory;
  }

  Target target() {
    return new Target("127.0.0.1", port, "app", "app", "app", false);
  }

  /** For clients of MySQL's protocol, where it stands {@linkplain #before before} such a server. */
  MysqlTarget mysqlTarget() {
    return new MysqlTarget("127.0.0.1", port, MysqlRelease.DATABASE, "app", "app", false);
  }

  Target console() {
    return target().as("admin", "admin").in("heimdall");
  }

  /** Has it read its configuration anew. */
  void reload() throws SQLException {
    try (Connection console = console().jdbc("preferQueryMode", "simple")) {
      Jdbc.execute(console, "RELOAD");
    }
  }

  Door door() {
    return new Door(httpPort);
  }

  /** Writes other settings into {@code node.json}. */
  void change(Map<String, Object> nodeSettings) throws IOException {
    writeNode(directory, nodeSettings, httpPort);
  }

  /** Writes one more setting into the document of its data source. */
  void changeSource(String setting, Object value) throws IOException {
    change("sources/main.json", setting, value);
  }

  /** Writes one more setting into the document of its virtual database. */
  void changeVdb(String setting, Object value) throws IOException {
    change("vdbs/app.json", setting, value);
  }

  private void change(String name, String setting, Object value) throws IOException {
    Path document = directory.resolve(name);
    Map<String, Object> content = new TreeMap<>(JSON.readValue(document.toFile(), Map.class));
    content.put(setting, value);
    write(document, content);
  }

  /**
   * Has it stand before a database "app" of other servers, as the role "app", with these settings.
   */
  void before(String hosts, Map<String, Object> cluster) throws IOException {
    String source = "sources/main.json";
    change(source, "url", "jdbc:postgresql://" + hosts + "/app");
    change(source, "user", "app");
    change(source, "password", "app");
    change(source, "cluster", cluster);
  }

  /** Has it stand before a server of MySQL's protocol. */
  void before(MysqlServer server) throws IOException {
    String source = "sources/main.json";
    change(source, "url", url(server));
    change(source, "user", MysqlRelease.USER);
    change(source, "password", MysqlRelease.PASSWORD);
  }

  /**
   * Gives it another virtual database, before a server of MySQL's protocol.
   *
   * @return the port of that
   */
  int alsoBefore(MysqlServer server, Map<String, Object> source, Map<String, Object> vdb)
      throws IOException {
    int another = FreePort.any();
    Map<String, Object> shop = new TreeMap<>(source);
    shop.put("url", url(server));
    shop.put("user", MysqlRelease.USER);
    shop.put("password", MysqlRelease.PASSWORD);
    write(directory.resolve("sources/shop.json"), shop);
    Map<String, Object> settings = new TreeMap<>(vdb);
    settings.putAll(Map.of("source", "shop", "address", "127.0.0.1", "ports", List.of(another)));
    write(directory.resolve("vdbs/shop.json"), settings);
    return another;
  }

  private static String url(MysqlServer server) {
    return "jdbc:mysql://%s:%d/%s".formatted(server.host(), server.port(), MysqlRelease.DATABASE);
  }

  long pid() {
    return process.pid();
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
    if (process != null) {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly().waitFor();
    }
    if (starvation != null) {
      starvation.close();
    }
  }
}
