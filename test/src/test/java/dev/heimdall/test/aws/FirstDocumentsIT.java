package dev.heimdall.test.aws;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import dev.heimdall.secrets.Change;
import dev.heimdall.secrets.Content;
import dev.heimdall.secrets.DocumentStore;
import dev.heimdall.secrets.StoreLocation;
import dev.heimdall.test.fixture.AwsEmulator;
import dev.heimdall.test.fixture.Toolchain;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The function that writes the first documents of a deployment, called as CloudFormation does. */
@Tag("ci")
class FirstDocumentsIT {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Path CODE =
      Path.of("..", "cdk-app", "src/main/resources/dev/heimdall/cdk/documents/first_documents.py")
          .toAbsolutePath()
          .normalize();
  private static final Map<String, String> DOCUMENTS =
      Map.of(
          "node.json",
          "{}",
          "vdbs/a.json",
          "{\"ports\": [5432]}",
          "users/a.json",
          "{\"comment\": \"é\"}");

  private final AwsEmulator aws = AwsEmulator.shared();
  private final BlockingQueue<JsonNode> answers = new LinkedBlockingQueue<>();
  private HttpServer cloudFormation;

  @BeforeEach
  void open() throws Exception {
    aws.reset();
    aws.makeBucket("conf");
    cloudFormation =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    cloudFormation.createContext(
        "/",
        exchange -> {
          answers.add(JSON.readTree(exchange.getRequestBody()));
          exchange.sendResponseHeaders(200, -1);
          exchange.close();
        });
    cloudFormation.start();
  }

  @AfterEach
  void close() {
    cloudFormation.stop(0);
  }

  private DocumentStore store() throws Exception {
    return store("");
  }

  private DocumentStore store(String options) throws Exception {
    return DocumentStore.open(
        StoreLocation.of("s3://conf/config?region=eu-west-1&endpoint=" + aws.endpoint() + options),
        aws.credentials());
  }

  private JsonNode call(String type, String bucket) throws Exception {
    Map<String, Object> event =
        Map.of(
            "RequestType",
            type,
            "ResponseURL",
            "http://127.0.0.1:" + cloudFormation.getAddress().getPort() + "/answer",
            "StackId",
            "stack",
            "RequestId",
            "request",
            "LogicalResourceId",
            "Documents",
            "ResourceProperties",
            Map.of(
                "Bucket",
                bucket,
                "Prefix",
                "config",
                "Commits",
                "write",
                "Documents",
                DOCUMENTS.entrySet().stream()
                    .map(one -> Map.of("Name", one.getKey(), "Text", one.getValue()))
                    .toList()));
    ProcessBuilder builder =
        new ProcessBuilder(
                Toolchain.built("moto").resolve("bin/python").toString(),
                "-c",
                "import json, runpy, sys\n"
                    + "runpy.run_path(sys.argv[1])['handler'](json.loads(sys.argv[2]), None)",
                CODE.toString(),
                JSON.writeValueAsString(event))
            .redirectErrorStream(true);
    builder.environment().putAll(aws.environment());
    builder.environment().put("AWS_DEFAULT_REGION", "eu-west-1");
    builder.environment().put("AWS_ENDPOINT_URL", aws.endpoint().toString());
    Process process = builder.start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    JsonNode answer = answers.poll();
    assertThat(answer).as(output).isNotNull();
    assertThat(answer.get("RequestId").asText()).isEqualTo("request");
    return answer;
  }

  @Test
  void anEmptyPlaceIsFilledAndEditsStay() throws Exception {
    assertThat(call("Create", "conf").get("Status").asText()).isEqualTo("SUCCESS");
    try (DocumentStore store = store();
        DocumentStore commit = store("&commits=read")) {
      assertThat(store.read().contents())
          .containsOnlyKeys(DOCUMENTS.keySet().toArray(String[]::new));
      assertThat(commit.read().contents()).isEqualTo(store.read().contents());
      String version = store.read().versionOf("node.json").orElseThrow();
      store.write(List.of(Change.replace("node.json", Content.of("{\"loops\": 2}"), version)));

      for (String type : List.of("Create", "Update", "Delete")) {
        assertThat(call(type, "conf").get("Status").asText()).isEqualTo("SUCCESS");
      }
      assertThat(store.read().contents())
          .hasSize(DOCUMENTS.size())
          .containsEntry("node.json", Content.of("{\"loops\": 2}"));
    }
  }

  @Test
  void aConfigurationOfPeopleIsLeftAlone() throws Exception {
    try (DocumentStore store = store()) {
      store.write(List.of(Change.create("vdbs/mine.json", Content.of("{}"))));

      assertThat(call("Create", "conf").get("Status").asText()).isEqualTo("SUCCESS");
      assertThat(store.read().contents()).containsOnlyKeys("vdbs/mine.json");
    }
  }

  @Test
  void oneThatEndedInTheMiddleIsCompleted() throws Exception {
    try (DocumentStore store = store()) {
      store.write(List.of(Change.create("vdbs/a.json", Content.of("{}"))));

      assertThat(call("Create", "conf").get("Status").asText()).isEqualTo("SUCCESS");
      assertThat(store.read().contents()).containsKey("node.json");
      assertThat(store.read().contents()).containsEntry("vdbs/a.json", Content.of("{}"));
    }
  }

  @Test
  void cloudFormationHearsWhyItFailed() throws Exception {
    JsonNode answer = call("Create", "nowhere");
    assertThat(answer.get("Status").asText()).isEqualTo("FAILED");
    assertThat(answer.get("Reason").asText())
        .startsWith("The first documents cannot be written:")
        .contains("NoSuchBucket");
  }
}
