package dev.heimdall.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HeimdallTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  @TempDir private Path directory;

  @Test
  void noCommandIsAUsageError() {
    assertThat(heimdall()).isEqualTo(2);
    assertThat(err.toString()).contains("A command is missing", "demo", "proxy", "check");
  }

  @Test
  void aMisspeltCommandGetsTheNearestOne() {
    assertThat(heimdall("chekc", "x")).isEqualTo(2);
    assertThat(err.toString()).contains("heimdall check");
  }

  @Test
  void theVersionNamesJavaToo() {
    assertThat(heimdall("version")).isZero();
    assertThat(out.toString()).contains("heimdall ", "java " + System.getProperty("java.version"));
  }

  @Test
  void helpOfACommandIsNoError() {
    assertThat(heimdall("demo", "--help")).isZero();
    assertThat(out.toString()).contains("--port-base", "--for", "--no-workload", "Default: 5050");
  }

  @Test
  void aGoodConfigurationIsCounted() throws IOException {
    write("sources/db.json", "{\"url\": \"jdbc:postgresql://db.example\"}");
    write("vdbs/shop.json", "{\"ports\": [5050], \"source\": \"db\"}");

    assertThat(heimdall("check", directory.toString())).isZero();
    assertThat(out.toString())
        .isEqualToIgnoringNewLines("OK: 1 source, 1 virtual database, 0 users");
  }

  @Test
  void everyProblemOfAConfigurationIsPrinted() throws IOException {
    write("sources/db.json", "{\"url\": \"jdbc:postgresql://db.example\", \"usr\": \"x\"}");
    write("vdbs/shop.json", "{\"ports\": [5050], \"source\": \"elsewhere\"}");

    assertThat(heimdall("check", directory.toString())).isEqualTo(3);
    assertThat(err.toString())
        .contains("2 problems", "sources/db.json", "usr", "vdbs/shop.json", "elsewhere")
        .doesNotContain("\tat ");
  }

  @Test
  void theProxyRefusesABadConfigurationAsCheckDoes() {
    assertThat(heimdall("proxy", "--config", directory.toString())).isEqualTo(3);
    assertThat(err.toString()).contains("1 problem:", "vdbs").doesNotContain("\tat ");
  }

  @Test
  void theProxyNeedsAConfiguration() {
    assertThat(heimdall("proxy")).isEqualTo(2);
    assertThat(err.toString()).contains("--config=DIR");
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "65527", "-1"})
  void aPortBaseThatLeavesNoRoomIsRefused(String base) {
    assertThat(heimdall("demo", "--port-base=" + base)).isEqualTo(2);
    assertThat(err.toString()).contains("--port-base is " + base, "1 to 65526");
  }

  @Test
  void aDemoWithoutTimeIsRefused() {
    assertThat(heimdall("demo", "--for", "0")).isEqualTo(2);
    assertThat(err.toString()).contains("--for is 0");
  }

  @Test
  void aDemoOnABusyPortEndsBeforeItStartsAnything() throws IOException {
    try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      int base = Math.min(other.getLocalPort(), 65526);
      assumeTrue(base == other.getLocalPort(), "no room above the port");

      assertThat(heimdall("demo", "--port-base=" + base)).isEqualTo(4);

      assertThat(err.toString())
          .contains("port " + base, "the proxy node", "--port-base")
          .doesNotContain("\tat ");
      assertThat(out.toString()).doesNotContain("PostgreSQL");
    }
  }

  private int heimdall(String... arguments) {
    return Heimdall.run(new PrintWriter(out, true), new PrintWriter(err, true), arguments);
  }

  private void write(String file, String text) throws IOException {
    Path path = directory.resolve(file);
    Files.createDirectories(path.getParent());
    Files.writeString(path, text);
  }
}
