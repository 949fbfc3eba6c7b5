package dev.heimdall.test.operate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.RawClient;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the command writes, in either form and at every level. */
@Tag("long")
class LogOutputIT {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path directory;

  @Test
  void asJsonEveryLineIsAnObjectWithThePairsAsFields() throws Exception {
    try (ProxyProcess proxy =
        ProxyProcess.start(directory, Map.of("logFormat", "json", "logLevel", "debug"))) {
      try (RawClient client = RawClient.logIn(proxy.target(), "application_name", "my \"app\"\n")) {
        assertThat(client.value("SELECT 1")).isEqualTo("1");
      }
      assertThatThrownBy(() -> RawClient.logIn(proxy.target().as("app", "wrong")).close())
          .isInstanceOf(RawClient.ErrorReceived.class);
      proxy.terminate();
      assertThat(proxy.exitCode()).isZero();

      List<JsonNode> lines = lines(proxy);
      assertThat(lines)
          .allSatisfy(
              line -> {
                assertThat(Instant.parse(line.get("time").asText())).isNotNull();
                assertThat(line.get("level").asText()).isIn("DEBUG", "INFO", "WARN", "ERROR");
                assertThat(line.get("logger").isTextual()).isTrue();
                assertThat(line.get("message").isTextual()).isTrue();
              });
      JsonNode connected = only(lines, "client connected");
      assertThat(connected.get("logger").asText()).isEqualTo("heimdall.client");
      assertThat(connected.get("level").asText()).isEqualTo("DEBUG");
      assertThat(connected.get("client").isNumber()).isTrue();
      assertThat(connected.get("user").asText()).isEqualTo("app");
      assertThat(connected.get("app").asText()).startsWith("my \"app\"");
      assertThat(connected.get("tls").isBoolean()).isTrue();
      JsonNode refused = only(lines, "login refused");
      assertThat(refused.get("level").asText()).isEqualTo("WARN");
      assertThat(refused.get("reason").asText()).isEqualTo("authentication");
      assertThat(only(lines, "client closed").get("seconds").isNumber()).isTrue();
      assertThat(proxy.output()).doesNotContain("SELECT 1");
    }
  }

  private static List<JsonNode> lines(ProxyProcess proxy) throws IOException {
    List<JsonNode> lines = new ArrayList<>();
    for (String line : proxy.output().split("\n")) {
      lines.add(JSON.readTree(line));
    }
    return lines;
  }

  private static JsonNode only(List<JsonNode> lines, String message) {
    List<JsonNode> those =
        lines.stream().filter(line -> line.get("message").asText().equals(message)).toList();
    assertThat(those).as(message).hasSize(1);
    return those.get(0);
  }

  @Test
  void theLevelDecidesWhatIsWrittenAndFollowsTheConfiguration() throws Exception {
    try (ProxyProcess proxy = ProxyProcess.start(directory, Map.of("logLevel", "info"))) {
      RawClient.logIn(proxy.target()).close();
      assertThat(proxy.output()).contains("INFO", "heimdall.node: node listening");

      proxy.change(Map.of("logLevel", "debug"));
      proxy.reload();
      Await.until(
          "a client is logged",
          () -> {
            RawClient.logIn(proxy.target(), "application_name", "seen").close();
            return proxy.output().contains("app=seen");
          });
      assertThat(proxy.output()).contains("heimdall.client: client connected client=");

      proxy.change(Map.of("logLevel", "error"));
      proxy.reload();
      Await.until(
          "clients are logged no more",
          () -> {
            String before = proxy.output();
            RawClient.logIn(proxy.target()).close();
            return proxy.output().equals(before);
          });
    }
  }
}
