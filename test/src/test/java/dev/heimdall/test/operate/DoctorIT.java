package dev.heimdall.test.operate;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.AwsEmulator;
import dev.heimdall.test.fixture.FakeMetadata;
import dev.heimdall.test.fixture.RedisProcess;
import dev.heimdall.test.fixture.SharedPostgres;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code heimdall doctor}, against the emulator, refusals, silence and real databases. */
@Tag("long")
class DoctorIT {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final List<String> SERVICES =
      List.of(
          "RDS",
          "EC2",
          "ElastiCache",
          "Auto Scaling",
          "CloudWatch",
          "CloudWatch Logs",
          "Secrets Manager",
          "S3",
          "Route 53");

  @TempDir private Path directory;

  private record Report(int exitCode, String text) {
    JsonNode findings() throws IOException {
      return JSON.readTree(text).get("findings");
    }

    List<String> states() throws IOException {
      List<String> states = new ArrayList<>();
      findings().forEach(finding -> states.add(finding.get("state").asText()));
      return states;
    }
  }

  @Test
  @Timeout(value = 20, unit = TimeUnit.MINUTES) // the emulator may first be installed
  void everyServiceThatAnswersIsWell() throws Exception {
    Map<String, String> environment =
        Map.of(
            "AWS_ENDPOINT_URL",
            AwsEmulator.shared().endpoint().toString(),
            "AWS_REGION",
            "eu-west-1");
    // The emulator loads a service when it is first asked for, which may take longer than a doctor
    // waits.
    AtomicReference<Report> last = new AtomicReference<>();
    Await.until(
        "all services are loaded",
        () -> {
          last.set(doctor(environment));
          return !last.get().text().contains("timed out");
        });
    Report report = last.get();

    assertThat(report.exitCode()).as(report.text()).isZero();
    for (String service : SERVICES) {
      assertThat(report.text()).containsPattern("ok +" + service + ", ");
    }
    assertThat(report.text()).startsWith("AWS in eu-west-1");
  }

  @Test
  void theRegionIsThatOfTheInstance() throws Exception {
    try (FakeMetadata metadata = new FakeMetadata("i-1", "sg-1");
        FakeService service = new FakeService()) {
      Report report =
          doctor(
              Map.of(
                  "AWS_ENDPOINT_URL",
                  service.url(),
                  "AWS_EC2_METADATA_SERVICE_ENDPOINT",
                  metadata.address().toString()));
      assertThat(report.text()).startsWith("AWS in eu-west-1");
    }
  }

  @Test
  void whatIsDeniedIsNamedByItsAction() throws Exception {
    try (FakeService denying = new FakeService()) {
      denying.otherwise(
          403, "<E><Error><Code>AccessDenied</Code><Message>Not for you</Message></Error></E>");
      Report report = doctor(Map.of("AWS_ENDPOINT_URL", denying.url(), "AWS_REGION", "eu-west-1"));

      assertThat(report.text())
          .contains(
              "the permission rds:DescribeDBClusters is missing (AccessDenied: Not for you)",
              "the permission logs:PutLogEvents is missing",
              "not needed by this configuration");
      assertThat(report.exitCode()).isZero();
      Report needed =
          doctor(
              Map.of("AWS_ENDPOINT_URL", denying.url(), "AWS_REGION", "eu-west-1"),
              "--conf=" + conf("lifecycleHook = drain"));
      assertThat(needed.text()).containsPattern("! denied +Auto Scaling");
      assertThat(needed.exitCode()).isEqualTo(4);
    }
  }

  @Test
  void silenceIsTimedOutAndTakesNoLongerThanTold() throws Exception {
    try (ServerSocket silent = new ServerSocket(0, 100, InetAddress.getLoopbackAddress())) {
      Report report =
          doctor(
              Map.of(
                  "AWS_ENDPOINT_URL",
                  "http://127.0.0.1:" + silent.getLocalPort(),
                  "AWS_REGION",
                  "eu-west-1"),
              "--json",
              "--timeout=2");
      assertThat(report.states()).hasSize(11).containsOnly("timed out");
    }
  }

  @Test
  void withoutCredentialsTheWayThereIsStillLookedAt() throws Exception {
    try (FakeService service = new FakeService()) {
      service.otherwise(403, "<E><Code>MissingAuthenticationToken</Code></E>");
      Report report =
          doctor(
              Map.of(
                  "AWS_ENDPOINT_URL",
                  service.url(),
                  "AWS_ENDPOINT_URL_S3",
                  "http://127.0.0.1:1",
                  "AWS_REGION",
                  "eu-west-1",
                  "AWS_ACCESS_KEY_ID",
                  "",
                  "AWS_SECRET_ACCESS_KEY",
                  ""),
              "--json");
      assertThat(report.states()).contains("no credentials", "unreachable");
      assertThat(report.text())
          .contains(service.url() + " answers, but there are no AWS credentials");
    }
  }

  @Test
  void databasesAndTheStoreAreLookedAt() throws Exception {
    source("good", SharedPostgres.primary().jdbcUrl(SharedPostgres.DATABASE), "app");
    source("locked", SharedPostgres.primary().jdbcUrl(SharedPostgres.DATABASE), "canary-wrong");
    source("gone", "jdbc:postgresql://127.0.0.1:1/app", "app");
    write("vdbs/app.json", Map.of("source", "good", "ports", List.of(15432)));
    write("node.json", Map.of("store", Map.of("servers", List.of("127.0.0.1:1"))));

    Report report = doctor(Map.of(), "--config=" + directory.resolve("configuration"));

    assertThat(report.exitCode()).as(report.text()).isEqualTo(4);
    assertThat(report.text())
        .contains("AWS: not looked at")
        .containsPattern("  ok +source good, .*listens at 127.0.0.1")
        .containsPattern("  ok +source good, log-in as app +PostgreSQL [0-9]+")
        .containsPattern("! denied +source locked, log-in as app .*password authentication failed")
        .containsPattern("! unreachable +source gone, 127.0.0.1:1 ")
        .containsPattern("! unreachable +source gone, log-in as app ")
        .containsPattern("! unreachable +store, 127.0.0.1:1 ")
        .doesNotContain("canary");
  }

  /** What a node would find of an ARN is looked up, and then looked at like any other source. */
  @Test
  void clustersThatAreNamedByArnsAreLookedUp() throws Exception {
    String arn = "arn:aws:rds:eu-west-1:123456789012:db:";
    for (String name : List.of("known", "unknown")) {
      write(
          "sources/" + name + ".json",
          Map.of(
              "user",
              SharedPostgres.USER,
              "password",
              SharedPostgres.PASSWORD,
              "cluster",
              Map.of(
                  "arn",
                  arn + name,
                  "api",
                  Map.of("use", "off", "endpoint", "http://127.0.0.1:1"))));
      write(
          "vdbs/" + name + ".json",
          Map.of("source", name, "ports", List.of(name.equals("known") ? 15432 : 15433)));
    }
    Path documents = Files.createDirectories(directory.resolve("documents"));
    write("node.json", Map.of("topology", Map.of("store", documents.toString())));
    Files.writeString(
        documents.resolve("eu-west-1.json"),
        """
        {"schema": 1, "source": "eu-west-1", "version": 1, "written": "2026-11-20T10:00:00Z",
         "cause": "a test", "regions": ["eu-west-1"], "globals": [], "clusters": [
          {"arn": "%sknown", "resource": "db-1", "formerly": [], "region": "eu-west-1",
           "name": "known", "engine": "postgres", "status": "available", "port": 0,
           "database": "%s", "asked": "2026-11-20T10:00:00Z", "servers": [
            {"name": "known", "role": "WRITER", "host": "%s", "port": %d, "status": "available",
             "clusterStatus": ""}]}]}
        """
            .formatted(
                arn,
                SharedPostgres.DATABASE,
                SharedPostgres.primary().host(),
                SharedPostgres.primary().port()));

    Report report = doctor(Map.of(), "--config=" + directory.resolve("configuration"));

    assertThat(report.exitCode()).as(report.text()).isEqualTo(4);
    assertThat(report.text())
        .containsPattern(
            "  ok +source known, "
                + arn
                + "known +postgresql, database app, at .*, by topology documents in "
                + documents)
        .containsPattern("  ok +source known, log-in as app +PostgreSQL [0-9]+")
        .containsPattern(
            "! failed +source unknown, "
                + arn
                + "unknown +no topology document in .* describes it; \"cluster.api.use\" is off")
        .containsPattern("ok +configuration .*known, unknown");
    HeimdallCommand check =
        HeimdallCommand.run(
            Map.of(), "check", "--elsewhere", directory.resolve("configuration").toString());
    assertThat(check.exitCode()).as(check.text()).isZero();
    assertThat(check.text())
        .contains(
            "sources/unknown.json: a node takes engine, port, database and servers from what"
                + " topology documents or the RDS API report of "
                + arn
                + "unknown",
            "OK: 2 sources, 2 virtual databases, 0 users");
  }

  @Test
  void filesThatANodeWouldNotStartWithoutAreRead() throws Exception {
    source("good", SharedPostgres.primary().jdbcUrl(SharedPostgres.DATABASE), "app");
    write(
        "sources/careful.json",
        Map.of(
            "url",
            "jdbc:postgresql://127.0.0.1:1/app",
            "tls",
            Map.of("mode", "verify-full", "caFile", "ca.pem")));
    write("ca.pem", Map.of("this is", "no certificate"));
    write("vdbs/app.json", Map.of("source", "good", "ports", List.of(15432)));
    write(
        "vdbs/careful.json",
        Map.of("source", "careful", "ports", List.of(15433), "credentials", "passthrough"));

    Report report = doctor(Map.of(), "--config=" + directory.resolve("configuration"));

    assertThat(report.exitCode()).isEqualTo(4);
    assertThat(report.text())
        .containsPattern("! failed +source careful, files of TLS +tls: .*certificate")
        .doesNotContain("source good, files of TLS");
  }

  @Test
  void theStoreIsMetAsANodeDoesAndAskedWhetherItTellsOfItsKeys() throws Exception {
    source("good", SharedPostgres.primary().jdbcUrl(SharedPostgres.DATABASE), "app");
    write("vdbs/app.json", Map.of("source", "good", "ports", List.of(15432)));
    try (RedisProcess redis = RedisProcess.running("requirepass canary")) {
      store(redis, "canary");
      Report silent = doctor(Map.of(), "--config=" + directory.resolve("configuration"));
      redis.run("AUTH canary", "CONFIG SET notify-keyspace-events AE");
      Report telling = doctor(Map.of(), "--config=" + directory.resolve("configuration"));
      store(redis, "wrong");
      Report refused = doctor(Map.of(), "--config=" + directory.resolve("configuration"));

      assertThat(silent.exitCode()).as(silent.text()).isZero();
      assertThat(silent.text())
          .containsPattern("  ok +store, log-in +at " + redis.address())
          .containsPattern(
              "  failed +store, notify-keyspace-events .* is \"\", and should be AE .*not needed");
      assertThat(telling.text()).containsPattern("  ok +store, notify-keyspace-events ");
      assertThat(refused.exitCode()).isEqualTo(4);
      assertThat(refused.text())
          .containsPattern("! denied +store, log-in +WRONGPASS")
          .doesNotContain("canary");
    }
  }

  private void store(RedisProcess redis, String password) throws IOException {
    write(
        "node.json",
        Map.of("store", Map.of("servers", List.of(redis.address()), "password", password)));
  }

  @Test
  void aWrongConfigurationIsOneThingThatIsTold() throws Exception {
    write("vdbs/app.json", Map.of("source", "nobody", "ports", List.of(15432)));
    try (FakeService service = new FakeService()) {
      Report report =
          doctor(
              Map.of("AWS_ENDPOINT_URL", service.url(), "AWS_REGION", "eu-west-1"),
              "--config=" + directory.resolve("configuration"));

      assertThat(report.exitCode()).isEqualTo(4);
      assertThat(report.text())
          .containsPattern("! failed +configuration ")
          .contains("vdbs/app.json", "nobody")
          .containsPattern("  ok +RDS, ");
    }
  }

  @Test
  void whatTheConfigurationSendsToCloudWatchIsNeeded() throws Exception {
    conf("");
    write(
        "vdbs/app.json",
        Map.of("source", "good", "ports", List.of(15432), "cloudWatch", Map.of("metrics", true)));
    try (FakeService denying = new FakeService()) {
      denying.otherwise(403, "<E><Code>AccessDenied</Code></E>");
      Report report =
          doctor(
              Map.of("AWS_ENDPOINT_URL", denying.url(), "AWS_REGION", "eu-west-1"),
              "--config=" + directory.resolve("configuration"));

      assertThat(report.exitCode()).isEqualTo(4);
      assertThat(report.text())
          .containsPattern("! denied +CloudWatch, cloudwatch:PutMetricData")
          .containsPattern("  denied +CloudWatch Logs, logs:PutLogEvents");
    }
  }

  private void source(String name, String url, String password) throws IOException {
    write(
        "sources/" + name + ".json",
        Map.of(
            "url",
            url,
            "user",
            SharedPostgres.USER,
            "password",
            password,
            "tls",
            Map.of("mode", "disable")));
  }

  private Path conf(String line) throws IOException {
    source("good", SharedPostgres.primary().jdbcUrl(SharedPostgres.DATABASE), "app");
    write("vdbs/app.json", Map.of("source", "good", "ports", List.of(15432)));
    return Files.write(
        directory.resolve("heimdall.conf"),
        List.of(line, "configDirectory = " + directory.resolve("configuration")));
  }

  private void write(String document, Map<String, Object> content) throws IOException {
    Path path = directory.resolve("configuration").resolve(document);
    Files.createDirectories(path.getParent());
    Files.writeString(path, JSON.writeValueAsString(content));
  }

  private static Report doctor(Map<String, String> environment, String... arguments)
      throws Exception {
    List<String> all = new ArrayList<>(List.of("doctor"));
    all.addAll(List.of(arguments));
    HeimdallCommand doctor = HeimdallCommand.run(environment, all.toArray(String[]::new));
    return new Report(doctor.exitCode(), doctor.text());
  }
}
