package dev.heimdall.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReadyCommandTest {
  @TempDir private Path directory;
  private HttpServer node;
  private final AtomicInteger looks = new AtomicInteger();
  private int readyAfter;

  @BeforeEach
  void aNode() throws IOException {
    node = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    node.createContext(
        "/readyz",
        exchange -> {
          exchange.sendResponseHeaders(looks.incrementAndGet() > readyAfter ? 200 : 503, -1);
          exchange.close();
        });
    node.start();
    document("\"address\": \"0.0.0.0\", \"port\": " + node.getAddress().getPort());
  }

  @AfterEach
  void end() {
    node.stop(0);
  }

  private void document(String http) throws IOException {
    Path config = directory.resolve("config");
    Files.createDirectories(config.resolve("sources"));
    Files.createDirectories(config.resolve("vdbs"));
    Files.writeString(config.resolve("node.json"), "{\"http\": {" + http + "}}");
    Files.writeString(
        config.resolve("sources/main.json"),
        "{\"url\": \"jdbc:postgresql://db.example:5432\", \"user\": \"a\", \"password\": \"b\"}");
    Files.writeString(config.resolve("vdbs/app.json"), "{\"ports\": [6432], \"source\": \"main\"}");
    Files.createDirectories(config.resolve("users"));
    Files.writeString(config.resolve("users/alice.json"), "{\"password\": \"c\"}");
  }

  private String ready(int exitCode, String conf, String... words) throws IOException {
    Path file = directory.resolve("heimdall.conf");
    Files.writeString(file, "configDirectory = " + directory.resolve("config") + "\n" + conf);
    String[] arguments = new String[words.length + 2];
    arguments[0] = "ready";
    arguments[1] = "--conf=" + file;
    System.arraycopy(words, 0, arguments, 2, words.length);
    StringWriter said = new StringWriter();
    PrintWriter out = new PrintWriter(said, true);
    assertThat(Heimdall.run(out, out, arguments)).as(said.toString()).isEqualTo(exitCode);
    return said.toString().strip();
  }

  @Test
  void aNodeThatTakesClientsIsReady() throws Exception {
    assertThat(ready(0, "")).isEqualTo("ready");
  }

  @Test
  void aNodeThatDoesNotYetTakeClientsIsWaitedFor() throws Exception {
    readyAfter = 2;
    assertThat(ready(4, ""))
        .startsWith("heimdall: the node answers 503 at http://127.0.0.1:")
        .endsWith("/readyz.");

    assertThat(ready(0, "", "--wait=60")).isEqualTo("ready");
    assertThat(looks).hasValue(3);
  }

  @Test
  void aNodeThatDoesNotListenIsNotReady() throws Exception {
    node.stop(0);

    assertThat(ready(4, "", "--wait=1")).startsWith("heimdall: the node does not answer at http");
  }

  @Test
  void aNodeWithoutAnEndpointCannotBeAsked() throws Exception {
    document("\"enabled\": false");

    assertThat(ready(4, "")).contains("http.enabled is false");
  }

  @Test
  void bothAreReadyWhenTheManagerListensToo() throws Exception {
    int port;
    try (ServerSocket manager = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = manager.getLocalPort();
      ready(0, "hdRole = both\nmanagerPort = " + port);
      assertThat(looks).hasValue(1);
      ready(0, "hdRole = server\nmanagerAddress = 0.0.0.0\nmanagerPort = " + port);
      assertThat(looks).as("a manager alone").hasValue(1);
    }
    assertThat(ready(4, "hdRole = both\nmanagerPort = " + port))
        .startsWith("heimdall: the manager does not listen at 127.0.0.1:" + port);
  }

  /** As on a machine that nobody has set up yet. */
  @Test
  void aNodeWithoutAVirtualDatabaseWaitsForItBesideItsManager() throws Exception {
    Files.delete(directory.resolve("config/vdbs/app.json"));
    try (ServerSocket manager = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      ready(0, "hdRole = both\nmanagerPort = " + manager.getLocalPort());
    }
    assertThat(looks).hasValue(0);
    assertThat(ready(3, "hdRole = proxy\n")).contains("at least one virtual database");
  }

  @Test
  void whatIsWrongWithTheFileIsToldAtOnce() throws Exception {
    assertThat(ready(3, "update = newest\n", "--wait=60")).contains("update", "updateUrl as well");
    assertThat(ready(3, "update = latest\nupdateUrl = https://releases.example\n"))
        .contains("\"latest\"", "newest, off, or pinned and a version such as pinned 0.1.0");
    assertThat(ready(2, "", "--wait=-1")).contains("allowed is 0 or more");
  }
}
