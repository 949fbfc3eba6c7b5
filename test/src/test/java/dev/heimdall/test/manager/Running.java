package dev.heimdall.test.manager;

import dev.heimdall.test.fixture.FreePort;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** {@code heimdall server} that listens on loopback, and whoever has made its password. */
final class Running implements AutoCloseable {
  /** Stands for the port in options. */
  static final String PORT = "{port}";

  private final Started process;
  private final Path state;
  private final int port;

  private Running(Started process, Path state, int port) {
    this.process = process;
    this.state = state;
    this.port = port;
  }

  /** Starts it without waiting. */
  static Running begin(Path directory, Map<String, String> environment, String... options)
      throws IOException {
    return begin(Started::start, directory, environment, options);
  }

  private static Running begin(
      Start start, Path directory, Map<String, String> environment, String... options)
      throws IOException {
    int port = FreePort.any();
    Path state = directory.resolve("state-" + port);
    List<String> arguments =
        new ArrayList<>(List.of("server", "--state=" + state, "--manager-port=" + port));
    for (String option : options) {
      arguments.add(option.replace(PORT, Integer.toString(port)));
    }
    return new Running(
        start.start(directory.resolve("output-" + port), environment, arguments), state, port);
  }

  private interface Start {
    Started start(Path output, Map<String, String> environment, List<String> arguments)
        throws IOException;
  }

  /**
   * Starts it and waits until it listens.
   *
   * @param directory for what it writes
   */
  static Running start(Path directory, Map<String, String> environment, String... options)
      throws IOException {
    return begin(directory, environment, options).listening();
  }

  /** The same where accounts log in with passwords. */
  static Running startWithAccounts(Path directory, String... options) throws IOException {
    return begin(Started::startToHash, directory, Map.of(), options).listening();
  }

  private Running listening() {
    process.awaitOutput("managing on port " + port);
    return this;
  }

  /** A client that has read the password which it has made for itself. */
  Rest rest() throws IOException {
    return new Rest(port, "admin", Files.readString(passwordFile()));
  }

  Path passwordFile() {
    return state.resolve("manager-password");
  }

  int port() {
    return port;
  }

  Started process() {
    return process;
  }

  @Override
  public void close() throws InterruptedException {
    process.close();
  }
}
