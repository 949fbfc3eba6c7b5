package dev.heimdall.test.operate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.HeimdallJvm;
import dev.heimdall.test.fixture.Message;
import dev.heimdall.test.fixture.RawClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code heimdall-in-place}, which a service manager starts and asks for another release: one
 * process to the end, and clients that stay.
 */
@Timeout(180)
@Tag("long")
class InPlaceIT {
  private static final Path SCRIPT =
      Path.of("..", "templates", "instance", "heimdall-in-place").toAbsolutePath().normalize();

  @TempDir private Path directory;

  /** The script beside a command that runs the classes under test. */
  private Path installed() throws Exception {
    List<String> words = HeimdallJvm.command(List.of("proxy"), "-Xmx256m");
    String command =
        words.subList(0, words.size() - 1).stream()
            .map(word -> "'" + word + "'")
            .collect(Collectors.joining(" "));
    Path home = Files.createDirectory(directory.resolve("home"));
    Path heimdall = home.resolve("heimdall");
    Files.writeString(heimdall, "#!/bin/bash\nexec " + command + " \"$@\"\n");
    Files.setPosixFilePermissions(heimdall, PosixFilePermissions.fromString("rwxr-xr-x"));
    return Files.copy(
        SCRIPT, home.resolve(SCRIPT.getFileName()), StandardCopyOption.COPY_ATTRIBUTES);
  }

  private static void reload(ProxyProcess node) throws Exception {
    new ProcessBuilder("kill", "-HUP", Long.toString(node.pid())).start().waitFor();
  }

  private static void reports(ProxyProcess node, String line) {
    Await.until(line, TakeOvers.PATIENCE, () -> node.output().contains(line), node::output);
  }

  @Test
  void aReloadPutsAnotherProcessInThePlaceOfTheNodeAndClientsStay() throws Exception {
    Path state = Files.createDirectory(directory.resolve("state"));
    try (ProxyProcess node = ProxyProcess.configured(directory, Map.of("drainTimeout", "30s"))) {
      // The words of a command of heimdall's, without its first one. A shell cannot trap a signal
      // that was ignored when it began, as in each process of `nohup mvn verify`.
      String words = "shift; exec env --default-signal=HUP \"$0\" \"$@\"";
      node.becomes(List.of("bash", "-c", words, installed().toString()));
      node.start(Map.of(), "--config=" + node.directory(), "--state=" + state);
      try (RawClient client = RawClient.logIn(node.target())) {
        client.query("SET statement_timeout = '7s'");

        Path vdb = node.directory().resolve("vdbs/app.json");
        String right = Files.readString(vdb);
        Files.writeString(vdb, "{");
        reload(node);
        reports(node, "goes on");
        assertThat(client.value("SELECT 1")).isEqualTo("1");

        Files.writeString(vdb, right);
        reload(node);
        reports(node, "take-over ended");
        assertThat(client.value("SHOW statement_timeout")).isEqualTo("7s");
        try (RawClient another = RawClient.logIn(node.target())) {
          assertThat(another.value("SELECT 2")).isEqualTo("2");
        }

        node.terminate();
        assertThat(client.untilClosed()).last().extracting(Message::sqlState).isEqualTo("57P01");
        assertThat(node.exitCode()).as(node.output()).isZero();
      }
    }
  }
}
