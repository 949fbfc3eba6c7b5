package dev.heimdall.test.aws;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.heimdall.test.fixture.AwsEmulator;
import dev.heimdall.test.fixture.TestNode;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * The function of a region that knows another one by its name alone, as stacks name it: it finds
 * nodes and their bucket by tags.
 */
@Tag("ci")
class PublishedElsewhereIT {
  private static final String WEST = "eu-west-1";
  private static final String EAST = "us-east-1";
  private static final String KEY = "a key for tests that is long enough";
  private static final String ADDRESS = "127.0.0.47";
  private static final ObjectMapper JSON = new ObjectMapper();

  private final AwsEmulator aws = AwsEmulator.shared();
  private final FakeRds rds = new FakeRds();
  private S3Client s3;

  @BeforeEach
  void start() {
    aws.reset();
    s3 = aws.access(EAST).client(S3Client.builder().forcePathStyle(true));
    for (String bucket : List.of("fleet-west", "fleet-east")) {
      s3.createBucket(make -> make.bucket(bucket));
    }
    rds.has(WEST, List.of(), List.of());
    rds.has(EAST, List.of(), List.of());
    rds.hasGlobals(List.of());
  }

  @AfterEach
  void stop() {
    s3.close();
    rds.close();
  }

  private JsonNode run() throws Exception {
    try (LambdaProcess function =
        new LambdaProcess(
            Path.of("../config-sync-lambda/target/heimdall-config-sync-lambda.jar"),
            "dev.heimdall.configsync.Handler",
            Map.ofEntries(
                Map.entry("AWS_REGION", WEST),
                Map.entry("AWS_ACCESS_KEY_ID", aws.environment().get("AWS_ACCESS_KEY_ID")),
                Map.entry("AWS_SECRET_ACCESS_KEY", aws.environment().get("AWS_SECRET_ACCESS_KEY")),
                Map.entry("AWS_ENDPOINT_URL_S3", aws.endpoint().toString()),
                Map.entry("HEIMDALL_STORE", "s3://fleet-west/topology"),
                Map.entry("HEIMDALL_KEY", KEY),
                Map.entry("HEIMDALL_FLEET", "shop"),
                Map.entry("HEIMDALL_OTHER_STORES", EAST),
                Map.entry("HEIMDALL_PUSH_REGIONS", EAST),
                Map.entry("HEIMDALL_RDS_ENDPOINT", rds.uri().toString()),
                Map.entry("HEIMDALL_EC2_ENDPOINT", aws.endpoint().toString())))) {
      return JSON.readTree(function.invoke("{\"source\": \"aws.scheduler\"}"));
    }
  }

  private JsonNode stored(String bucket) throws Exception {
    return JSON.readTree(
        s3.getObjectAsBytes(get -> get.bucket(bucket).key("topology/eu-west-1.json"))
            .asByteArray());
  }

  @Test
  void theBucketAndTheNodesOfAnotherRegionHaveTheDocument() throws Exception {
    try (TestNode node =
        TestNode.start(
            c ->
                c.node("http.address", ADDRESS)
                    .node("topology.key", KEY)
                    .node("topology.interval", "1h"))) {
      new EmulatedMachines(aws, EAST)
          .run(
              ADDRESS,
              Map.of(
                  "heimdall:fleet", "shop",
                  "heimdall:http-port", "" + node.httpPort(),
                  "heimdall:topology", "s3://fleet-east/topology"));

      JsonNode report = run();

      assertThat(report.get("problems")).isEmpty();
      assertThat(stored("fleet-west").get("source").asText()).isEqualTo(WEST);
      assertThat(stored("fleet-east")).isEqualTo(stored("fleet-west"));
      HttpResponse<String> known =
          HttpClient.newHttpClient()
              .send(
                  HttpRequest.newBuilder(
                          URI.create("http://" + ADDRESS + ":" + node.httpPort() + "/topology"))
                      .build(),
                  HttpResponse.BodyHandlers.ofString());
      JsonNode document = JSON.readTree(known.body()).at("/documents/0");
      assertThat(document.get("by").asText()).isEqualTo("push");
      assertThat(document.at("/document/source").asText()).isEqualTo(WEST);
    }
  }

  /** Options in a tag would send what it signs elsewhere. */
  @Test
  void aTagThatNamesMoreThanABucketIsNotFollowed() throws Exception {
    new EmulatedMachines(aws, EAST)
        .run(
            ADDRESS,
            Map.of(
                "heimdall:fleet", "shop",
                "heimdall:http-port", "1",
                "heimdall:topology", "s3://fleet-east/topology?endpoint=http://127.0.0.1:1"));

    JsonNode report = run();

    assertThat(report.get("problems"))
        .singleElement()
        .satisfies(said -> assertThat(said.asText()).startsWith("not told in us-east-1"));
    assertThat(s3.listObjectsV2(list -> list.bucket("fleet-east")).contents()).isEmpty();
  }
}
