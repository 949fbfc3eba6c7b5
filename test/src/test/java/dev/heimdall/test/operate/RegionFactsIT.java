package dev.heimdall.test.operate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.heimdall.launcher.postgres.PostgresServer;
import dev.heimdall.secrets.DocumentStore;
import dev.heimdall.secrets.StoreLocation;
import dev.heimdall.secrets.WorkingCopy;
import dev.heimdall.test.fixture.AlsoOnLocalStack;
import dev.heimdall.test.fixture.AwsEmulator;
import dev.heimdall.test.fixture.SharedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nodes of two regions that serve from the same documents in S3, each what its region has. */
@AlsoOnLocalStack
@Tag("long")
class RegionFactsIT {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path directory;

  private final AwsEmulator aws = AwsEmulator.shared();
  private ProxyProcess here;
  private ProxyProcess there;
  private Path documents;
  private final Map<ProxyProcess, Integer> httpPorts = new HashMap<>();

  @BeforeEach
  void configure() throws Exception {
    aws.reset();
    aws.makeBucket("conf");
    here = ProxyProcess.configured(Files.createDirectory(directory.resolve("here")), Map.of());
    there = ProxyProcess.configured(Files.createDirectory(directory.resolve("there")), Map.of());
    for (ProxyProcess node : List.of(here, there)) {
      Path settings = node.directory().resolve("node.json");
      httpPorts.put(node, JSON.readTree(settings.toFile()).at("/http/port").asInt());
    }
    documents = here.directory();
    write("node.json", "{\"http\": {\"port\": \"${region.httpPort}\"}}");
    write(
        "vdbs/app.json",
        "{\"source\": \"main\", \"address\": \"127.0.0.1\", \"ports\": [\"${region.ports}\"]}");
    write(
        "sources/main.json",
        "{\"url\": \"jdbc:postgresql://${region.database}/app\", \"user\": \"app\", \"password\":"
            + " \"app\", \"tls\": {\"mode\": \"disable\"}}");
    push();
  }

  @AfterEach
  void close() throws InterruptedException {
    here.close();
    there.close();
  }

  private void write(String name, String text) throws IOException {
    Files.writeString(documents.resolve(name), text);
  }

  private void push() throws Exception {
    try (DocumentStore store = DocumentStore.open(StoreLocation.of(place()), aws.credentials())) {
      new WorkingCopy(new StoreLocation.Directory(documents), store).push(false);
    }
  }

  private String place() {
    return "s3://conf/config?region=eu-west-1&endpoint=" + aws.endpoint();
  }

  private Path facts(ProxyProcess node, Map<String, Object> facts) throws IOException {
    Path file = directory.resolve("facts-" + node.target().port() + ".json");
    Files.writeString(file, JSON.writeValueAsString(facts));
    return file;
  }

  private Path facts(ProxyProcess node, PostgresServer database) throws IOException {
    return facts(
        node,
        Map.of(
            "database",
            database.host() + ":" + database.port(),
            "ports",
            List.of(node.target().port()),
            "httpPort",
            httpPorts.get(node)));
  }

  private void start(ProxyProcess node, Path facts) throws IOException {
    Path conf = directory.resolve("conf-" + node.target().port());
    Files.writeString(conf, "configSource = " + place() + "\nregionFacts = " + facts + "\n");
    node.start(
        aws.environment(),
        "--conf=" + conf,
        "--state=" + directory.resolve("state-" + node.target().port()));
  }

  private static boolean isReplica(ProxyProcess node) throws SQLException {
    try (Connection client = node.target().jdbc();
        Statement statement = client.createStatement();
        ResultSet rows = statement.executeQuery("SELECT pg_is_in_recovery()")) {
      rows.next();
      return rows.getBoolean(1);
    }
  }

  private static String hash(ProxyProcess node) {
    try {
      return node.door().status().get("configuration").get("hash").asText();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void oneConfigurationServesInTwoRegions() throws Exception {
    start(here, facts(here, SharedPostgres.primary()));
    start(there, facts(there, SharedPostgres.cluster().replicas().get(0)));

    assertThat(isReplica(here)).isFalse();
    assertThat(isReplica(there)).isTrue();
    String first = hash(here);
    assertThat(hash(there)).as("it is the same configuration").isEqualTo(first);

    write("users/second.json", "{\"password\": \"some-word\"}");
    push();
    here.reload();
    there.reload();
    assertThat(hash(here)).isNotEqualTo(first);
    assertThat(hash(there)).isEqualTo(hash(here));
    try (Connection client = there.target().as("second", "some-word").jdbc()) {
      assertThat(client.isValid(5)).isTrue();
    }
  }

  @Test
  void aRegionThatLacksAFactSaysWhichAndKeepsWhatItHas() throws Exception {
    Path lacking = facts(there, Map.of("databse", "db", "ports", 1, "httpPort", 2));
    start(there, lacking);
    assertThat(there.exitCode()).isEqualTo(3);
    assertThat(there.output())
        .contains(
            "sources/main.json:1:9 $.url: got ${region.database}, which is no fact of this region",
            "did you mean \"${region.databse}\"?");

    start(here, facts(here, SharedPostgres.primary()));
    String before = hash(here);
    write("users/second.json", "{\"password\": \"${region.word}\"}");
    push();
    assertThatThrownBy(() -> here.reload()).hasMessageContaining("got ${region.word}");
    assertThat(here.output()).contains("got ${region.word}");
    assertThat(isReplica(here)).isFalse();
    assertThat(hash(here)).isEqualTo(before);
  }
}
