package dev.heimdall.test.operate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.Ended;
import dev.heimdall.test.fixture.FreePort;
import dev.heimdall.test.fixture.SharedPostgres;
import dev.heimdall.test.fixture.Toolchain;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The container image, made of this build upon a base of Debian's packages, and run as an engine
 * runs it: its layers, its user, its environment, a root that is only read. No engine is needed.
 */
@Tag("long")
class ContainerImageIT {
  private static final Duration PATIENCE = Duration.ofSeconds(90);
  private static final Path SOURCES = Path.of("..").toAbsolutePath().normalize();

  @TempDir private static Path directory;
  private static UnpackedImage image;

  private Path configuration;
  private Path state;

  @BeforeAll
  static void unpacked() throws Exception {
    InstanceRoot.assumePossible();
    Toolchain.need("image-base", "the base of the image");
    Path base = Toolchain.built("image-base").resolve("base.tar");
    String architecture = architecture();
    Path release = directory.resolve("release");
    Ended.of(
            new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                "dev.heimdall.packaging.Packages",
                "--source=" + SOURCES,
                "--version=1.2.3",
                "--time=2026-11-20T00:00:00Z",
                "--maintainer=Somebody <somebody@example.com>",
                "--image-base=" + architecture + "=" + base,
                "--image-only",
                "--output=" + release),
            directory.resolve("packed"),
            5)
        .well();
    image =
        UnpackedImage.of(
            release.resolve("heimdall-1.2.3-image.tar"),
            architecture,
            Files.createDirectory(directory.resolve("unpacked")));
    Path classes = directory.resolve("classes");
    Ended.of(
            new ProcessBuilder(
                SOURCES.resolve("packaging/class-cache").toString(),
                image.root().toString(),
                classes.toString(),
                "1"),
            directory.resolve("cached"),
            5)
        .well();
    Files.move(
        classes,
        Files.createDirectory(image.root().resolve("opt/heimdall/cache")).resolve("classes"));
  }

  private static String architecture() {
    return System.getProperty("os.arch").equals("aarch64") ? "arm64" : "amd64";
  }

  @BeforeEach
  void volumes(@TempDir Path own) throws Exception {
    configuration = Files.createDirectory(own.resolve("configuration"));
    state = Files.createDirectory(own.resolve("state"));
    Files.setPosixFilePermissions(own, PosixFilePermissions.fromString("rwxr-xr-x"));
    Files.setAttribute(state, "unix:uid", 65532);
    Files.setAttribute(state, "unix:gid", 65532);
  }

  private String inside(Path output, String command) throws Exception {
    Process process =
        image.start(configuration, state, output, List.of(), "/usr/bin/sh", "-c", command);
    Ended ended = Ended.of(process, output, 1);
    return ended.text() + "exit " + ended.exitCode();
  }

  @Test
  void aNodeServesARealDatabaseAsNobodyWithARootThatIsOnlyRead(@TempDir Path own) throws Exception {
    int port = FreePort.any();
    int http = FreePort.any();
    Path documents = mounted("..first");
    ProxyProcess.writeAll(documents, Map.of(), "127.0.0.1", port, http);
    for (String name : List.of("node.json", "sources", "vdbs", "users")) {
      Files.createSymbolicLink(configuration.resolve(name), Path.of("..data", name));
    }
    Path output = own.resolve("output");

    Process node =
        image.start(
            configuration,
            state,
            output,
            List.of(
                "AWS_EC2_METADATA_DISABLED=true",
                "HEIMDALL_HEALTH_PORT=" + http,
                "HEIMDALL_CLASS_CACHE=/opt/heimdall/cache/classes"));
    try {
      String url =
          "jdbc:postgresql://127.0.0.1:%d/%s?user=app&password=app&connectTimeout=2&sslmode=disable"
              .formatted(port, SharedPostgres.DATABASE);
      Await.until(
          "it serves",
          PATIENCE,
          () -> !node.isAlive() || one(url, "SELECT 40 + 2").equals("42"),
          () -> text(output));
      assertThat(node.isAlive()).as(text(output)).isTrue();

      // The one that is looked at from outside: its user, its group, and no privilege.
      ProcessHandle java = node.descendants().reduce((first, last) -> last).orElseThrow();
      assertThat(Files.readAllLines(Path.of("/proc/" + java.pid() + "/status")))
          .contains("Uid:\t65532\t65532\t65532\t65532", "Gid:\t65532\t65532\t65532\t65532")
          .contains("CapEff:\t0000000000000000", "NoNewPrivs:\t1");
      assertThat(Files.readString(Path.of("/proc/" + java.pid() + "/maps")))
          .contains("/opt/heimdall/cache/classes");
      assertThat(text(output)).doesNotContain("epoll is not available", "UnsatisfiedLinkError");
      String health = image.settings().at("/Healthcheck/Test/1").asText();
      assertThat(inside(own.resolve("health"), "HEIMDALL_HEALTH_PORT=" + http + "; " + health))
          .isEqualTo("exit 0");

      // Another version of the documents, as Kubernetes puts it there: the link leads elsewhere.
      Path next = configuration.resolve("..second");
      copy(documents, next);
      ProxyProcess.write(next.resolve("users/app.json"), Map.of("password", "another"));
      point(next);
      Await.until(
          "it follows",
          PATIENCE,
          () -> one(url.replace("password=app", "password=another"), "SELECT 43").equals("43"),
          () -> text(output));

      java.destroy(); // SIGTERM, as the image says
      assertThat(node.waitFor(60, TimeUnit.SECONDS)).as(text(output)).isTrue();
    } finally {
      Toolchain.end(node);
    }
  }

  /** As a volume of Kubernetes has it: names lead to the version that a link leads to. */
  private Path mounted(String version) throws IOException {
    Path documents = Files.createDirectory(configuration.resolve(version));
    point(documents);
    return documents;
  }

  private void point(Path version) throws IOException {
    Path link = configuration.resolve("..data_new");
    Files.createSymbolicLink(link, version.getFileName());
    Files.move(
        link,
        configuration.resolve("..data"),
        StandardCopyOption.ATOMIC_MOVE,
        StandardCopyOption.REPLACE_EXISTING);
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(from.relativize(file)));
      }
    }
  }

  private static String one(String url, String query) {
    try (Connection connection = DriverManager.getConnection(url);
        Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(query)) {
      return result.next() ? result.getString(1) : "";
    } catch (SQLException e) {
      return e.getMessage();
    }
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      return e.toString();
    }
  }

  @Test
  void onlyVolumesCanBeWritten(@TempDir Path own) throws Exception {
    assertThat(
            inside(
                own.resolve("output"),
                "for f in /opt/heimdall/x /etc/x /etc/heimdall/x /usr/bin/x; do echo x >$f; done"
                    + " 2>&1; echo x >/tmp/x && echo x >/var/lib/heimdall/x && echo \"$(id -u) $(id"
                    + " -g)\""))
        .contains("/opt/heimdall/x: Read-only file system", "/etc/heimdall/x: Read-only")
        .endsWith("65532 65532\nexit 0");
    assertThat(state.resolve("x")).exists();
  }

  @Test
  void theCommandSaysItsVersionAndWhatIsInTheImage(@TempDir Path own) throws Exception {
    assertThat(inside(own.resolve("version"), "heimdall --version"))
        .startsWith("heimdall ")
        .endsWith("exit 0");
    assertThat(image.root().resolve("usr/share/doc/packages"))
        .content()
        .contains("libc6 ", "java ");
    assertThat(image.root().resolve("opt/heimdall/THIRD-PARTY.txt")).exists();
  }
}
