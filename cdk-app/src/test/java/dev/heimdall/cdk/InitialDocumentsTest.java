package dev.heimdall.cdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.heimdall.cdk.config.Deployment;
import dev.heimdall.cdk.config.DeploymentFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SortedMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The first documents of a configuration, before anything is deployed. */
class InitialDocumentsTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path directory;

  @BeforeEach
  void copy() throws IOException {
    write("sources/db.json", "{\"url\": \"jdbc:postgresql://db.example\"}");
    write(
        "vdbs/shop.json",
        "{\"ports\": [5432], \"source\": \"db\", \"proxyProtocol\": {\"enabled\": true,"
            + " \"trusted\": [\"10.0.0.0/8\"]}}");
  }

  private void write(String name, String text) throws IOException {
    Path file = directory.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  private static Deployment deployment(String more) throws Exception {
    Path file = Files.createTempFile("deployment", ".json");
    Files.writeString(
        file,
        "{\"regions\": [{\"region\": \"eu-west-1\", \"fleet\": {\"ports\": [5432], \"clients\":"
            + " [\"10.0.0.0/16\"]}"
            + more
            + "}]}");
    try {
      return DeploymentFile.read(file);
    } finally {
      Files.delete(file);
    }
  }

  /** As a region's nodes have them, with what only CloudFormation knows. */
  private static String facts(String more) {
    return """
        {"name": "eu-west-1", "bucket": "${Token[TOKEN.1]}", "httpPort": 5059, "managers": 1,
         "manager": "http://${Token[Manager.DNSName.2]}:8087", "store": "${Token[TOKEN.3]}:6379",
         "storeMode": "standalone", "storePassword": "heimdall/store-password", "storeScope": "auto",
         "storeTls": "verify-full",
         "subnets": ["10.40.0.0/20"]%s}
        """
        .formatted(more);
  }

  private SortedMap<String, String> documents(String facts) throws Exception {
    Deployment deployment = deployment("");
    return InitialDocuments.read(directory, deployment, deployment.regions().get(0), facts);
  }

  private JsonNode node(String facts) throws Exception {
    return JSON.readTree(documents(facts).get("node.json"));
  }

  @Test
  void nodesAreToldWhatTheStacksKnowAndNoSecret() throws Exception {
    JsonNode node = node(facts(""));
    assertThat(node)
        .isEqualTo(
            JSON.readTree(
                """
                {"http": {"address": "0.0.0.0", "port": "${region.httpPort}"}, "drainNotice": "20s",
                 "peerNetworks": ["${region.subnets}"], "fleetKey": {"secret": "heimdall/fleet-key"},
                 "topology": {"key": {"secret": "heimdall/push-key"}, "store": "s3://${region.bucket}/topology"},
                 "manager": {"instances": "${region.managers}", "urls": ["${region.manager}"]},
                 "store": {"servers": ["${region.store}"], "mode": "${region.storeMode}",
                           "password": {"secret": "${region.storePassword}"}, "tls": {"mode": "${region.storeTls}"},
                           "scope": "${region.storeScope}"}}
                """));
    assertThat(documents(facts("")))
        .containsOnlyKeys("node.json", "sources/db.json", "vdbs/shop.json");
  }

  @Test
  void itIsTheSameWhereThereIsNeitherStoreNorManager() throws Exception {
    String nothing =
        """
        {"name": "eu-west-2", "bucket": "other", "httpPort": 5059, "managers": 1, "manager": [],
         "store": [], "storeMode": "standalone", "storePassword": "heimdall/fleet-key", "storeScope": "region", "storeTls": "verify-full",
         "subnets": []}
        """;
    assertThat(node(nothing)).isEqualTo(node(facts("")));
  }

  @Test
  void whatPeopleHaveWrittenStays() throws Exception {
    write(
        "node.json",
        "{\"loops\": 2, \"peerNetworks\": [], \"topology\": {\"interval\": \"5s\"}, \"manager\":"
            + " {\"every\": \"5s\"}, \"store\": {}}");

    JsonNode node = node(facts(""));
    assertThat(node.get("loops").asInt()).isEqualTo(2);
    assertThat(node.get("peerNetworks")).isEmpty();
    assertThat(node.get("store")).isEmpty();
    assertThat(node.at("/topology/interval").asText()).isEqualTo("5s");
    assertThat(node.at("/topology/store").asText()).isEqualTo("s3://${region.bucket}/topology");
    assertThat(node.at("/manager/every").asText()).isEqualTo("5s");
    assertThat(node.at("/manager/urls/0").asText()).isEqualTo("${region.manager}");

    write("node.json", "{\"manager\": {\"urls\": [\"https://mine.example\"]}}");
    assertThat(node(facts("")).get("manager"))
        .isEqualTo(JSON.readTree("{\"urls\": [\"https://mine.example\"]}"));
  }

  @Test
  void documentsReferToFactsOfTheirDeployment() throws Exception {
    write("sources/db.json", "{\"url\": \"jdbc:postgresql://${region.database}/shop\"}");

    String written = documents(facts(", \"database\": \"db.example\"")).get("sources/db.json");

    assertThat(written).contains("${region.database}");
    assertThatThrownBy(() -> documents(facts(", \"databse\": \"db.example\"")))
        .hasMessageStartingWith("$.regions[0].documents.initial: ")
        .hasMessageContaining("${region.database}, which is no fact of this region")
        .hasMessageContaining("${region.databse}");
    // A file that the deployment would take wrong.
    assertThatThrownBy(() -> documents(facts(", \"database\": \"no host at all\"")))
        .hasMessageContaining("$.url");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "users/a.json    | {\"password\": \"canary\"}   | users/a.json holds a secret",
        "tls/key.pem     | -----BEGIN PRIVATE KEY-----  | tls/key.pem holds a secret",
        "users/a.json    | {\"pasword\": {\"secret\": \"a\"}} | got the unknown key \"pasword\"",
        "users/a.json    | {\"password\": {\"secret\": \"{{resolve:x}}\"}} | holds a secret",
        "node.json       | []                           | expected an object",
        "node.json       | {\"http\": {\"port\": 5060}} | http.port of node.json is 5060",
        "vdbs/shop.json  | {\"ports\": [5433], \"source\": \"db\"} | has the port 5432",
        "vdbs/shop.json  | {\"ports\": [5432], \"source\": \"db\"} | sends PROXY headers"
      })
  void whatWouldNotServeIsSaidBeforeItIsDeployed(String name, String text, String message)
      throws Exception {
    write(name, text);

    assertThatThrownBy(() -> documents(facts("")))
        .isInstanceOf(DeploymentException.class)
        .hasMessageStartingWith("$.regions[0].documents.initial: ")
        .hasMessageContaining(message)
        .hasMessageNotContaining("canary");
  }

  @Test
  void moreThanATemplateHoldsIsForAnotherCommand() throws Exception {
    write("rules/a.json", "{\"comment\": \"" + "x".repeat(160_000) + "\"}");

    assertThatThrownBy(() -> documents(facts(""))).hasMessageContaining("heimdall config push");
  }
}
