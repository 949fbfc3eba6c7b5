package dev.heimdall.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConfigurationReaderTest {
  @TempDir Path dir;

  private void write(String file, String text) throws IOException {
    FullConfiguration.write(dir, file, text);
  }

  private void minimal() throws IOException {
    write("sources/primary.json", "{\"url\": \"jdbc:postgresql://db\"}");
    write("vdbs/shop.json", "{\"ports\": [5050], \"source\": \"primary\"}");
  }

  private List<String> problems() {
    return problems(dir);
  }

  private static List<String> problems(Path dir) {
    ConfigurationException refused =
        catchThrowableOfType(ConfigurationException.class, () -> ConfigurationReader.read(dir));
    return refused.problems().stream().map(Problem::toString).toList();
  }

  @Test
  void theSmallestConfigurationHasTheDocumentedDefaults() throws Exception {
    write("sources/primary.json", "{\"url\": \"jdbc:postgresql://db.example\"}");
    write("vdbs/shop.json", "{\"ports\": [5050], \"source\": \"primary\"}");

    Configuration read = ConfigurationReader.read(dir);

    assertThat(read.node())
        .isEqualTo(
            new NodeSettings(
                1,
                0,
                Transport.AUTO,
                new HttpDoor("127.0.0.1", 5059, true),
                "heimdall",
                List.of(),
                Duration.ofSeconds(30),
                Duration.ofSeconds(15),
                20000,
                new RuleSettings(false, Duration.ofSeconds(30)),
                new StoreSettings(
                    List.of(),
                    StoreMode.STANDALONE,
                    Optional.empty(),
                    Optional.empty(),
                    new StoreTls(TlsMode.DISABLE, Optional.empty()),
                    "heimdall"),
                new TopologySettings(Optional.empty(), Optional.empty(), Duration.ofSeconds(15)),
                new CloudWatchSettings(
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Duration.ofMinutes(1),
                    false),
                LogFormat.TEXT,
                Level.INFO));
    assertThat(read.users()).isEmpty();
    assertThat(read.sources().get("primary"))
        .isEqualTo(
            new DataSource(
                "primary",
                Engine.POSTGRESQL,
                "jdbc:postgresql://db.example",
                Optional.empty(),
                Optional.empty(),
                SourceCredentials.none(),
                new BackendTls(
                    TlsMode.PREFER,
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    ChannelBinding.PREFER,
                    false),
                Duration.ofSeconds(5),
                Duration.ofSeconds(30),
                Duration.ofSeconds(30),
                Map.of(),
                new CatalogSettings(
                    true, Optional.empty(), Optional.empty(), Duration.ofSeconds(60)),
                Optional.empty(),
                new ClusterSettings(
                    ClusterKind.NONE,
                    Optional.empty(),
                    ReadSplit.MARKED,
                    Consistency.FLEET,
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    List.of(),
                    new ProbeSettings(
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Duration.ofSeconds(30),
                        Duration.ofSeconds(1),
                        Duration.ofMillis(100),
                        Duration.ofMillis(250),
                        Duration.ofSeconds(2),
                        true),
                    new ApiSettings(
                        ApiUse.AUTO,
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Duration.ofSeconds(30)),
                    new LagSettings(
                        64 << 20,
                        Duration.ofSeconds(30),
                        Duration.ZERO,
                        Duration.ofSeconds(2),
                        Duration.ofSeconds(5)),
                    new BalanceSettings(
                        BalanceBy.LEAST_OUTSTANDING,
                        true,
                        2,
                        Duration.ofSeconds(10),
                        5,
                        Duration.ofSeconds(10),
                        Duration.ofMinutes(5)),
                    new FailoverSettings(Duration.ofSeconds(30), 10000))));
    assertThat(read.sources().get("primary").hasLogin()).isFalse();
    assertThat(read.drivers()).containsOnlyKeys("mysql", "postgresql", "sqlserver");
    assertThat(read.driverOf(read.sources().get("primary")).name()).isEqualTo("postgresql");
    assertThat(read.vdbs().get("shop"))
        .isEqualTo(
            new VirtualDatabase(
                "shop",
                "0.0.0.0",
                List.of(5050),
                "primary",
                Map.of("*", "*"),
                true,
                false,
                Credentials.PASSTHROUGH,
                List.of(),
                List.of(),
                new PoolSettings(
                    20,
                    0,
                    0,
                    0,
                    0,
                    Duration.ofHours(1),
                    Duration.ofMinutes(10),
                    Duration.ofSeconds(120),
                    Duration.ofSeconds(5),
                    0,
                    ResetMode.CHANGED),
                new ClientSettings(10000, 0, 0, Duration.ZERO, Duration.ZERO, Duration.ZERO),
                new ClientTls(
                    ClientTlsMode.DISABLE,
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    ClientCertificate.NONE),
                List.of(
                    new AuthRule(
                        ConnectionType.HOST,
                        List.of("all"),
                        List.of("all"),
                        Cidr.ALL,
                        AuthMethod.SCRAM_SHA_256)),
                new ProxyProtocol(false, List.of(), true),
                new PreparedSettings(200, 5000, AnonymousParse.AUTO),
                PipeliningSettings.defaults(),
                new TransactionReplaySettings(false, 1000, 256 << 10, Duration.ofSeconds(60)),
                new LimitSettings(64 << 20, (1 << 30) - 1, 1000, 64 << 10, 32 << 10),
                new CloudWatchExport(false, false, Optional.empty(), 30)));
  }

  @Test
  void everySettingIsRead() throws Exception {
    FullConfiguration.write(dir);

    Configuration read = ConfigurationReader.read(dir);

    assertThat(read.node())
        .isEqualTo(
            new NodeSettings(
                7,
                2,
                Transport.IO_URING,
                new HttpDoor("::1", 0, false),
                "admin",
                List.of(
                    new Peer(
                        8,
                        "node8.example",
                        5432,
                        new PeerTls(TlsMode.VERIFY_FULL, Optional.of(dir.resolve("tls/ca.pem"))))),
                Duration.ZERO,
                Duration.ofMillis(500),
                0,
                new RuleSettings(true, Duration.ofMinutes(1)),
                new StoreSettings(
                    List.of("a.example", "b.example:6380"),
                    StoreMode.CLUSTER,
                    Optional.of("heimdall"),
                    Optional.of(new Secret("hunter2")),
                    new StoreTls(TlsMode.VERIFY_FULL, Optional.of(dir.resolve("tls/ca.pem"))),
                    "blue"),
                new TopologySettings(
                    Optional.of(new Secret("0123456789abcdef0123456789abcdef")),
                    Optional.of(
                        "s3://fleet/topology?region=eu-west-1&endpoint=http://127.0.0.1:5000"),
                    Duration.ofSeconds(5)),
                new CloudWatchSettings(
                    Optional.of("eu-west-1"),
                    Optional.of("http://127.0.0.1:5000"),
                    Optional.of("http://127.0.0.1:5001"),
                    Duration.ofSeconds(10),
                    true),
                LogFormat.JSON,
                Level.TRACE));
    DataSource source = read.sources().get("primary");
    assertThat(source)
        .isEqualTo(
            new DataSource(
                "primary",
                Engine.POSTGRESQL,
                "jdbc:postgresql://[::1]:5433/shop",
                Optional.of("app"),
                Optional.of(new Secret("hunter2")),
                SourceCredentials.none(),
                new BackendTls(
                    TlsMode.VERIFY_FULL,
                    Optional.of(dir.resolve("tls/ca.pem")),
                    Optional.of(dir.resolve("tls/server.crt")),
                    Optional.of(dir.resolve("tls/server.key")),
                    ChannelBinding.REQUIRE,
                    true),
                Duration.ofSeconds(2),
                Duration.ZERO,
                Duration.ofMinutes(1),
                Map.of("search_path", "shop, public"),
                new CatalogSettings(
                    false,
                    Optional.of("reader"),
                    Optional.of(new Secret("hunter2")),
                    Duration.ofMinutes(5)),
                Optional.of("pairs"),
                new ClusterSettings(
                    ClusterKind.AURORA,
                    Optional.of("arn:aws:rds::123456789012:global-cluster:shop"),
                    ReadSplit.ALL,
                    Consistency.STRICT,
                    Optional.of("?.example:5434"),
                    Optional.of("writer.example"),
                    Optional.of("readers.example:5435"),
                    List.of(new ClusterNode("a.example:5434", Optional.of(0), Optional.of("1a"))),
                    new ProbeSettings(
                        Optional.of("monitor"),
                        Optional.of(new Secret("hunter2")),
                        Optional.of("shop"),
                        Duration.ofMinutes(1),
                        Duration.ofSeconds(2),
                        Duration.ofMillis(50),
                        Duration.ofMillis(500),
                        Duration.ofSeconds(3),
                        false),
                    new ApiSettings(
                        ApiUse.ON,
                        Optional.of("eu-west-1"),
                        Optional.of("shop"),
                        Optional.of("http://127.0.0.1:5000"),
                        Duration.ofMinutes(2)),
                    new LagSettings(
                        0,
                        Duration.ZERO,
                        Duration.ofMillis(20),
                        Duration.ZERO,
                        Duration.ofSeconds(1)),
                    new BalanceSettings(
                        BalanceBy.WEIGHT,
                        false,
                        3,
                        Duration.ZERO,
                        0,
                        Duration.ofSeconds(1),
                        Duration.ofMinutes(1)),
                    new FailoverSettings(Duration.ZERO, 0))));
    assertThat(source.driverName()).isEqualTo("pairs");
    assertThat(read.driverOf(source).readerUrl())
        .isEqualTo("jdbc:postgresql://${reader}/${database}?targetServerType=secondary");
    assertThat(source.writeEndpoint()).isEqualTo(new ServerAddress("writer.example", 5433));
    assertThat(source.readEndpoint()).contains(new ServerAddress("readers.example", 5435));
    assertThat(source.named("a")).contains(new ServerAddress("a.example", 5434));
    assertThat(source.host()).isEqualTo("::1");
    assertThat(source.port()).isEqualTo(5433);
    assertThat(source.database()).contains("shop");
    assertThat(read.vdbs().get("shop"))
        .isEqualTo(
            new VirtualDatabase(
                "shop",
                "127.0.0.1",
                List.of(5050, 0, 0),
                "primary",
                Map.of("shop", "shop_v2", "*", "*"),
                false,
                true,
                Credentials.USER,
                List.of("main", "firewall"),
                List.of("reports"),
                new PoolSettings(
                    5,
                    50,
                    10,
                    40,
                    5,
                    Duration.ofDays(1),
                    Duration.ZERO,
                    Duration.ofSeconds(30),
                    Duration.ZERO,
                    100,
                    ResetMode.ALWAYS),
                new ClientSettings(
                    500,
                    100,
                    400,
                    Duration.ofHours(1),
                    Duration.ofMinutes(1),
                    Duration.ofMinutes(10)),
                new ClientTls(
                    ClientTlsMode.REQUIRE,
                    Optional.of(dir.resolve("tls/server.crt")),
                    Optional.of(dir.resolve("tls/server.key")),
                    Optional.of(dir.resolve("tls/ca.pem")),
                    ClientCertificate.OPTIONAL),
                List.of(
                    new AuthRule(
                        ConnectionType.HOSTSSL,
                        List.of("shop", "admin", "anything"),
                        List.of("alice", "o'hara & sons"),
                        Cidr.parse("10.0.0.0/8"),
                        AuthMethod.CERT),
                    new AuthRule(
                        ConnectionType.HOSTSSL,
                        List.of("all"),
                        List.of("all"),
                        Cidr.ALL,
                        AuthMethod.MD5)),
                new ProxyProtocol(
                    true, List.of(Cidr.parse("10.0.0.0/8"), Cidr.parse("fd00::/8")), false),
                new PreparedSettings(50, 500, AnonymousParse.CACHE),
                new PipeliningSettings(
                    false,
                    3,
                    8,
                    Duration.ofMillis(2),
                    Duration.ofMillis(10),
                    Duration.ofMillis(1),
                    16 * 1024,
                    5,
                    true),
                new TransactionReplaySettings(true, 20, 8 * 1024, Duration.ofSeconds(5)),
                new LimitSettings(1 << 20, 2 << 20, 10, 1 << 20, 1),
                new CloudWatchExport(true, true, Optional.of("/databases/shop"), 0)));
    assertThat(read.users().keySet()).containsExactly("alice", "o'hara & sons");
    User alice = read.users().get("alice");
    assertThat(alice)
        .isEqualTo(
            new User(
                "alice",
                Optional.empty(),
                alice.verifier(),
                true,
                List.of("shop"),
                Optional.of("alice_at_server"),
                Optional.of(new Secret("hunter2")),
                5,
                2));
    assertThat(alice.verifier().orElseThrow().value()).startsWith("SCRAM-SHA-256$4096:");
    assertThat(read.referencedFiles())
        .containsExactly(
            dir.resolve("tls/ca.pem"),
            dir.resolve("tls/server.crt"),
            dir.resolve("tls/server.key"));
  }

  @Test
  void secretsAreNotInTheTextOfAConfiguration() throws Exception {
    FullConfiguration.write(dir);

    assertThat(ConfigurationReader.read(dir).toString())
        .contains("***")
        .doesNotContain("hunter2")
        .doesNotContain("SCRAM-SHA-256$");
  }

  @Test
  void recordsAtTheirDefaultsAreThoseOfAnEmptyDocument() throws Exception {
    minimal();
    Configuration read = ConfigurationReader.read(dir);
    VirtualDatabase vdb = read.vdbs().get("shop");

    assertThat(read.node()).isEqualTo(NodeSettings.defaults());
    assertThat(read.sources().get("primary").tls()).isEqualTo(BackendTls.defaults());
    assertThat(vdb.pool()).isEqualTo(PoolSettings.defaults());
    assertThat(vdb.clients()).isEqualTo(ClientSettings.defaults());
    assertThat(vdb.tls()).isEqualTo(ClientTls.defaults());
    assertThat(vdb.proxyProtocol()).isEqualTo(ProxyProtocol.defaults());
    assertThat(vdb.prepared()).isEqualTo(PreparedSettings.defaults());
    assertThat(vdb.limits()).isEqualTo(LimitSettings.defaults());
  }

  @Test
  void credentialsAreTheSourcesWhereItHasAUser() throws Exception {
    minimal();
    write("sources/primary.json", "{\"url\": \"jdbc:postgresql://db\", \"user\": \"app\"}");

    assertThat(ConfigurationReader.read(dir).vdbs().get("shop").credentials())
        .isEqualTo(Credentials.SOURCE);
  }

  @Test
  void certificateAloneAllowsTls() throws Exception {
    minimal();
    write("tls/server.crt", "certificate");
    write("tls/server.key", "key");
    write(
        "vdbs/shop.json",
        "{\"ports\": [5050], \"source\": \"primary\", \"tls\": {\"certificateFile\":"
            + " \"tls/server.crt\", \"keyFile\": \"tls/server.key\"}}");

    assertThat(ConfigurationReader.read(dir).vdbs().get("shop").tls().mode())
        .isEqualTo(ClientTlsMode.ALLOW);
  }

  @Test
  void hiddenFilesAndNotesAreIgnored() throws Exception {
    minimal();
    write(".git/config", "x");
    write("README.md", "x");
    write("vdbs/.shop.json.swp", "x");
    write("vdbs/notes.md", "x");

    assertThat(ConfigurationReader.read(dir).vdbs()).hasSize(1);
  }

  @Test
  void problemsOfAllDocumentsAreReportedAtOnceInOrder() throws Exception {
    write("node.json", "{\n  \"loops\": \"many\",\n  \"id\": 0\n}");
    write("sources/primary.json", "{\"url\": \"x\"}");
    write("vdbs/shop.json", "{\"ports\": [0], \"source\": \"primry\", \"pool\": {\"size\": 0}}");
    write("users/alice.json", "{\"password\": \"a\", \"vdbs\": [\"shopp\"]}");

    assertThat(problems())
        .containsExactly(
            "node.json:2:12 $.loops: got \"many\", expected an integer, without quotes, from 1 to"
                + " 1024, or 0 (automatic)",
            "node.json:3:9 $.id: got 0, expected an integer from 1 to 4095",
            "sources/primary.json:1:9 $.url: got \"x\", expected"
                + " jdbc:postgresql://host[:port][/database], or"
                + " jdbc:mysql://host[:port][/database]",
            "users/alice.json:1:28 $.vdbs[0]: got \"shopp\", expected the name of a document in"
                + " vdbs (shop); did you mean \"shop\"?",
            "vdbs/shop.json:1:26 $.source: got \"primry\", expected the name of a document in"
                + " sources (primary); did you mean \"primary\"?",
            "vdbs/shop.json:1:53 $.pool.size: got 0, expected an integer from 1 to 100000");
  }

  @Test
  void messageOfTheExceptionListsAllProblems() throws Exception {
    minimal();
    write("node.json", "{\"id\": 0}");
    assertThatThrownBy(() -> ConfigurationReader.read(dir))
        .hasMessage(
            "1 problem in the configuration:\n"
                + "  node.json:1:8 $.id: got 0, expected an integer from 1 to 4095");

    write("node.json", "{\"id\": 0, \"loops\": -1}");
    assertThatThrownBy(() -> ConfigurationReader.read(dir))
        .hasMessage(
            "2 problems in the configuration:\n"
                + "  node.json:1:8 $.id: got 0, expected an integer from 1 to 4095\n"
                + "  node.json:1:20 $.loops: got -1, expected an integer from 1 to 1024, or 0"
                + " (automatic)");
  }

  @Test
  void documentThatIsNoJsonCausesNoOtherProblems() throws Exception {
    minimal();
    write("sources/primary.json", "{");
    write("tls/of-the-source.pem", "x");
    write("users/alice.json", "{\"password\": \"a\", \"vdbs\": [\"shop\"]}");

    assertThat(problems())
        .containsExactly(
            "sources/primary.json:1:2 $: got an end of the file inside an object, list or text,"
                + " expected valid JSON (RFC 8259)");
  }

  @Test
  void settingThatCannotBeReadCausesNoOtherProblems() throws Exception {
    minimal();
    write(
        "vdbs/shop.json",
        "{\"ports\": [5050], \"source\": 1, \"credentials\": \"source\", \"tls\": {\"mode\":"
            + " \"require\", \"certificateFile\": \"nowhere\"}, \"auth\": [{\"type\": \"hostssl\","
            + " \"method\": \"certificate\"}], \"pool\": {\"size\": \"ten\", \"minIdle\": 50}}");

    assertThat(problems())
        .extracting(problem -> problem.replaceAll(": got.*|^[^$]*", ""))
        .containsExactly("$.source", "$.tls.certificateFile", "$.auth[0].method", "$.pool.size");
  }

  @Test
  void emptyDirectoryIsRefused() {
    assertThat(problems())
        .containsExactly(
            "vdbs $: got no document, expected at least one virtual database, vdbs/<name>.json");
  }

  @Test
  void missingDirectoryIsRefused() throws Exception {
    Path missing = dir.resolve("missing");
    assertThat(problems(missing))
        .containsExactly(missing + " $: got nothing, expected a configuration directory");

    Files.writeString(missing, "");
    assertThat(problems(missing))
        .containsExactly(
            missing + " $: got something that is no directory, expected a configuration directory");
  }

  @Test
  void bytesThatAreNotUtf8AreRefused() throws Exception {
    minimal();
    Files.write(dir.resolve("node.json"), new byte[] {'{', '"', (byte) 0xff, '"', ':', '1', '}'});

    // Where exactly in the line is for the parser to say.
    assertThat(problems())
        .singleElement()
        .asString()
        .startsWith("node.json:1:")
        .endsWith(" $: got bytes that are not UTF-8, expected valid JSON (RFC 8259)");
  }

  @Test
  void documentThatIsTooLargeIsNotRead() throws Exception {
    minimal();
    write("node.json", " ".repeat(1_048_577));

    assertThat(problems())
        .containsExactly("node.json $: got a file of 1048577 bytes, expected at most 1 MiB");
  }

  @ParameterizedTest
  @CsvSource({
    "trust, host, false",
    "password, hostssl, true",
    "cert, hostssl, true",
  })
  void userWithoutAPasswordMayExistWhereARuleLetsItIn(String method, String type, boolean tls)
      throws Exception {
    minimal();
    write("tls/server.pem", "certificate and key");
    String file = "\"tls/server.pem\"";
    write(
        "vdbs/shop.json",
        "{\"ports\": [5050], \"source\": \"primary\", \"tls\": {\"certificateFile\": "
            + file
            + ", \"keyFile\": "
            + file
            + (tls ? ", \"clientCaFile\": " + file + ", \"clientCertificate\": \"optional\"" : "")
            + "}, \"auth\": [{\"type\": \""
            + type
            + "\", \"users\": [\"alice\"], \"method\": \""
            + method
            + "\"}, {\"method\": \"scram-sha-256\"}]}");
    write("users/alice.json", "{}");

    assertThat(ConfigurationReader.read(dir).users()).containsKey("alice");

    write("users/bob.json", "{}");
    assertThat(problems()).singleElement().asString().startsWith("users/bob.json $.password");
  }

  @Test
  void samePortOnDifferentAddressesIsNoCollision() throws Exception {
    write("sources/primary.json", "{\"url\": \"jdbc:postgresql://db\"}");
    for (int i = 1; i <= 3; i++) {
      write(
          "vdbs/v" + i + ".json",
          "{\"address\": \"127.0.0."
              + (i + 1)
              + "\", \"ports\": [5059, 0], \"source\":"
              + " \"primary\"}");
    }
    assertThat(ConfigurationReader.read(dir).vdbs()).hasSize(3);

    write("vdbs/v4.json", "{\"address\": \"::\", \"ports\": [5059], \"source\": \"primary\"}");
    assertThat(problems())
        .containsExactly(
            "vdbs/v4.json:1:29 $.ports[0]: got 5059 on ::, expected a port of its own: the HTTP"
                + " door, node.json listens on 5059 of 127.0.0.1");
  }

  @Test
  void examplesOfTheReferenceAreRight() throws Exception {
    String reference = Files.readString(Path.of("..", "..", "docs", "configuration.md"));
    Matcher example = Pattern.compile("```json\\n(.*?)```", Pattern.DOTALL).matcher(reference);
    for (String file : List.of("sources/primary.json", "vdbs/shop.json", "users/alice.json")) {
      assertThat(example.find()).isTrue();
      write(file, example.group(1));
    }

    assertThat(ConfigurationReader.read(dir).users()).hasSize(1);
    assertThat(example.find()).isFalse();
  }
}
