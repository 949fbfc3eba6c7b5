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
import java.util.List;
import java.util.Optional;
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

  private SortedMap<String, String> documents(String more, Optional<String> store)
      throws Exception {
    return documents(more, new InitialDocuments.Known("made", store, Optional.empty()));
  }

  private SortedMap<String, String> documents(String more, InitialDocuments.Known known)
      throws Exception {
    Deployment deployment = deployment(more);
    return InitialDocuments.read(
            directory, deployment, deployment.regions().get(0), List.of("10.40.0.0/20"))
        .with(known);
  }

  private JsonNode node(String more, Optional<String> store) throws Exception {
    return JSON.readTree(documents(more, store).get("node.json"));
  }

  @Test
  void nodesAreToldWhatTheStacksKnowAndNoSecret() throws Exception {
    assertThat(node("", Optional.of("store.made")))
        .isEqualTo(
            JSON.readTree(
                """
                {"http": {"address": "0.0.0.0", "port": 5059}, "drainNotice": "20s", "peerNetworks": ["10.40.0.0/20"],
                 "fleetKey": {"secret": "heimdall/fleet-key"},
                 "topology": {"key": {"secret": "heimdall/push-key"}, "store": "s3://made/topology"},
                 "store": {"servers": ["store.made"], "password": {"secret": "heimdall/store-password"},
                           "tls": {"mode": "verify-full"}}}
                """));
    assertThat(node(", \"cache\": {\"enabled\": false}", Optional.empty()).has("store")).isFalse();
    assertThat(documents("", Optional.of("store.made")))
        .containsOnlyKeys("node.json", "sources/db.json", "vdbs/shop.json");
  }

  @Test
  void nodesReportToTheManagerUnlessSomebodyHasWrittenWhere() throws Exception {
    InitialDocuments.Known known =
        new InitialDocuments.Known("made", Optional.empty(), Optional.of("http://m.made:8087"));
    assertThat(JSON.readTree(documents("", known).get("node.json")).get("manager"))
        .isEqualTo(JSON.readTree("{\"urls\": [\"http://m.made:8087\"]}"));
    String two = ", \"manager\": {\"enabled\": true, \"size\": 2, \"clients\": [\"10.0.0.0/16\"]}";
    assertThat(JSON.readTree(documents(two, known).get("node.json")).get("manager"))
        .isEqualTo(JSON.readTree("{\"urls\": [\"http://m.made:8087\"], \"instances\": 2}"));
    write("node.json", "{\"manager\": {\"every\": \"5s\"}}");
    assertThat(JSON.readTree(documents("", known).get("node.json")).get("manager"))
        .isEqualTo(JSON.readTree("{\"every\": \"5s\", \"urls\": [\"http://m.made:8087\"]}"));
    write("node.json", "{\"manager\": {\"urls\": [\"https://mine.example\"]}}");
    assertThat(JSON.readTree(documents("", known).get("node.json")).get("manager"))
        .isEqualTo(JSON.readTree("{\"urls\": [\"https://mine.example\"]}"));
  }

  @Test
  void whatPeopleHaveWrittenStays() throws Exception {
    write(
        "node.json", "{\"loops\": 2, \"peerNetworks\": [], \"topology\": {\"interval\": \"5s\"}}");

    JsonNode node = node("", Optional.of("store.made"));
    assertThat(node.get("loops").asInt()).isEqualTo(2);
    assertThat(node.get("peerNetworks")).isEmpty();
    assertThat(node.at("/topology/interval").asText()).isEqualTo("5s");
    assertThat(node.at("/topology/store").asText()).isEqualTo("s3://made/topology");
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

    assertThatThrownBy(() -> documents("", Optional.of("store.made")))
        .isInstanceOf(DeploymentException.class)
        .hasMessageStartingWith("$.regions[0].documents.initial: ")
        .hasMessageContaining(message)
        .hasMessageNotContaining("canary");
  }

  @Test
  void moreThanATemplateHoldsIsForAnotherCommand() throws Exception {
    write("rules/a.json", "{\"comment\": \"" + "x".repeat(160_000) + "\"}");

    assertThatThrownBy(() -> documents("", Optional.of("store.made")))
        .hasMessageContaining("heimdall config push");
  }
}
