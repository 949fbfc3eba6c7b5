package dev.heimdall.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the documents of a right configuration come to: each setting, and each default. */
class SettingsReadTest {
  @TempDir Path dir;

  private void write(String file, String text) throws IOException {
    FullConfiguration.write(dir, file, text);
  }

  private void minimal() throws IOException {
    write("sources/primary.json", "{\"url\": \"jdbc:postgresql://db\"}");
    write("vdbs/shop.json", "{\"ports\": [5050], \"source\": \"primary\"}");
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
                new HttpSettings("127.0.0.1", 5059, true),
                "heimdall",
                "pgbouncer",
                List.of(),
                List.of(),
                Optional.empty(),
                new ManagerSettings(
                    List.of(), Optional.empty(), 1, Duration.ofSeconds(2), Optional.empty()),
                Duration.ofSeconds(30),
                Duration.ZERO,
                Duration.ofSeconds(10),
                Duration.ofSeconds(15),
                new FailedLogInSettings(5, Duration.ofSeconds(10)),
                new LdapSettings(
                    List.of(),
                    true,
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    "(uid={user})",
                    "memberOf",
                    Optional.empty(),
                    "(member={dn})",
                    "cn",
                    Duration.ofSeconds(3),
                    Duration.ofMinutes(1),
                    Duration.ofSeconds(5),
                    8,
                    1000,
                    false),
                20000,
                0,
                new RuleSettings(false, Duration.ofSeconds(30)),
                new StoreSettings(
                    List.of(),
                    StoreMode.STANDALONE,
                    Optional.empty(),
                    Optional.empty(),
                    new StoreTls(TlsMode.DISABLE, Optional.empty()),
                    "heimdall",
                    StoreScope.AUTO),
                new FarCacheSettings(true, Duration.ofMillis(20), 1 << 20, 4 << 10, 1_000_000),
                new TopologySettings(Optional.empty(), Optional.empty(), Duration.ofSeconds(15)),
                new CloudWatchSettings(
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Duration.ofMinutes(1),
                    false),
                new TracingSettings(
                    false,
                    "http://127.0.0.1:4318",
                    Optional.empty(),
                    100,
                    true,
                    1000,
                    "heimdall",
                    4096,
                    512,
                    Duration.ofSeconds(2),
                    Duration.ofSeconds(10)),
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
                    new FailoverSettings(Duration.ofSeconds(30), 10000)),
                ChangeSettings.defaults()));
    assertThat(read.sources().get("primary").hasLogin()).isFalse();
    assertThat(read.drivers()).containsOnlyKeys("mysql", "postgresql", "sqlserver");
    assertThat(read.driverOf(read.sources().get("primary")).name()).isEqualTo("postgresql");
    assertThat(read.vdbs().get("shop"))
        .isEqualTo(
            new VirtualDatabase(
                "shop",
                "0.0.0.0",
                List.of(5050),
                Optional.empty(),
                "0660",
                "primary",
                Map.of("*", "*"),
                true,
                false,
                Credentials.PASSTHROUGH,
                List.of(),
                List.of(),
                new PoolSettings(
                    20,
                    Optional.empty(),
                    0,
                    0,
                    0,
                    Duration.ofHours(1),
                    Duration.ofMinutes(10),
                    Duration.ofSeconds(120),
                    Duration.ofSeconds(5),
                    0,
                    ResetMode.CHANGED,
                    8),
                new ClientSettings(
                    10000,
                    0,
                    0,
                    Duration.ZERO,
                    Duration.ZERO,
                    Duration.ofSeconds(60),
                    Duration.ZERO,
                    Duration.ofSeconds(10),
                    Duration.ofSeconds(60),
                    Duration.ofSeconds(60),
                    true,
                    false,
                    true),
                new ClientTls(
                    ClientTlsMode.DISABLE,
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    false,
                    Optional.empty(),
                    ClientCertificate.NONE),
                List.of(
                    new AuthRule(
                        ConnectionType.HOST,
                        List.of("all"),
                        List.of("all"),
                        Cidr.ALL,
                        AuthMethod.SCRAM_SHA_256,
                        List.of())),
                AuthQuerySettings.defaults(),
                new ProxyProtocol(false, List.of(), true),
                new PreparedSettings(200, 8 << 20, 50, 5000, AnonymousParse.AUTO),
                PipeliningSettings.defaults(),
                new CacheSettings(
                    false,
                    64 << 20,
                    256 << 10,
                    Duration.ofMinutes(5),
                    false,
                    5,
                    Duration.ofSeconds(5),
                    false),
                new TransactionReplaySettings(false, 1000, 256 << 10, Duration.ofSeconds(60)),
                new LimitSettings(64 << 20, (1 << 30) - 1, 1000, 64 << 10, 32 << 10),
                new CloudWatchExport(false, false, Optional.empty(), 30),
                true));
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
                new HttpSettings("::1", 0, false),
                "admin",
                "bouncer",
                List.of(
                    new Peer(
                        8,
                        "node8.example",
                        5432,
                        3306,
                        new PeerTls(TlsMode.VERIFY_FULL, Optional.of(dir.resolve("tls/ca.pem"))))),
                List.of(Cidr.parse("10.0.0.0/30")),
                Optional.of(new Secret("fedcba9876543210fedcba9876543210")),
                new ManagerSettings(
                    List.of("https://manager.example:8087", "http://127.0.0.1:8087"),
                    Optional.of(new Secret("89abcdef0123456789abcdef01234567")),
                    2,
                    Duration.ofSeconds(5),
                    Optional.of(dir.resolve("tls/ca.pem"))),
                Duration.ZERO,
                Duration.ofSeconds(20),
                Duration.ofSeconds(3),
                Duration.ofMillis(500),
                new FailedLogInSettings(3, Duration.ofSeconds(4)),
                new LdapSettings(
                    List.of("ldaps://a.example", "ldap://[::1]:1389"),
                    false,
                    Optional.of(dir.resolve("tls/ca.pem")),
                    Optional.of("{user}@example.com"),
                    Optional.of("cn=heimdall,dc=example,dc=com"),
                    Optional.of(new Secret("hunter2")),
                    Optional.of("ou=people,dc=example,dc=com"),
                    "(sAMAccountName={user})",
                    "groups",
                    Optional.of("ou=groups,dc=example,dc=com"),
                    "(uniqueMember={dn})",
                    "ou",
                    Duration.ofSeconds(1),
                    Duration.ofSeconds(10),
                    Duration.ZERO,
                    2,
                    20,
                    true),
                0,
                64 << 20,
                new RuleSettings(true, Duration.ofMinutes(1)),
                new StoreSettings(
                    List.of("a.example", "b.example:6380"),
                    StoreMode.CLUSTER,
                    Optional.of("heimdall"),
                    Optional.of(new Secret("hunter2")),
                    new StoreTls(TlsMode.VERIFY_FULL, Optional.of(dir.resolve("tls/ca.pem"))),
                    "blue",
                    StoreScope.REGION),
                new FarCacheSettings(false, Duration.ofMillis(5), 2 << 20, 1 << 10, 5000),
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
                new TracingSettings(
                    true,
                    "http://127.0.0.1:4319",
                    Optional.of(new Secret("Authorization: Bearer abc")),
                    10,
                    false,
                    50,
                    "shop",
                    100,
                    10,
                    Duration.ofSeconds(1),
                    Duration.ofSeconds(5)),
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
                    Optional.of("arn:aws:rds::123456789012:global-cluster:shop"),
                    ReadSplit.ALL,
                    Consistency.SESSION,
                    Optional.of("?.example:5434"),
                    Map.of("us-east-1", "?.us.example:5434"),
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
                        Duration.ofMinutes(1),
                        Optional.of("eu-west-1")),
                    new FailoverSettings(
                        Duration.ZERO, 0, Duration.ofSeconds(30), Duration.ofSeconds(5))),
                new ChangeSettings(
                    true,
                    false,
                    Optional.of("hearer"),
                    Optional.of(new Secret("hunter2")),
                    List.of("shop"),
                    "shop_node",
                    "shop_written",
                    2L << 30)));
    assertThat(source.driverName()).isEqualTo("pairs");
    assertThat(read.driverOf(source).readerUrl())
        .isEqualTo("jdbc:postgresql://${reader}/${database}?targetServerType=secondary");
    assertThat(source.writeEndpoint()).isEqualTo(new ServerAddress("writer.example", 5433));
    assertThat(source.readEndpoint()).contains(new ServerAddress("readers.example", 5435));
    assertThat(source.hostPatterns().address(Optional.of("eu-west-1"), "a"))
        .contains(new ServerAddress("a.example", 5434));
    assertThat(source.host()).isEqualTo("::1");
    assertThat(source.port()).isEqualTo(5433);
    assertThat(source.database()).contains("shop");
    assertThat(read.vdbs().get("shop"))
        .isEqualTo(
            new VirtualDatabase(
                "shop",
                "127.0.0.1",
                List.of(5050, 0, 0),
                Optional.of("/run/heimdall/.s.PGSQL.5050"),
                "0600",
                "primary",
                Map.of("shop", "shop_v2", "*", "*"),
                false,
                true,
                Credentials.USER,
                List.of("main", "firewall"),
                List.of("reports"),
                new PoolSettings(
                    5,
                    Optional.of(50),
                    10,
                    40,
                    5,
                    Duration.ofDays(1),
                    Duration.ZERO,
                    Duration.ofSeconds(30),
                    Duration.ZERO,
                    100,
                    ResetMode.ALWAYS,
                    3),
                new ClientSettings(
                    500,
                    100,
                    400,
                    Duration.ofHours(1),
                    Duration.ofMinutes(1),
                    Duration.ofSeconds(20),
                    Duration.ofMinutes(10),
                    Duration.ofSeconds(5),
                    Duration.ofMinutes(2),
                    Duration.ofMinutes(3),
                    false,
                    false,
                    false),
                new ClientTls(
                    ClientTlsMode.REQUIRE,
                    Optional.of(dir.resolve("tls/server.crt")),
                    Optional.of(dir.resolve("tls/server.key")),
                    Optional.empty(),
                    false,
                    Optional.of(dir.resolve("tls/ca.pem")),
                    ClientCertificate.OPTIONAL),
                List.of(
                    new AuthRule(
                        ConnectionType.HOSTSSL,
                        List.of("shop", "admin", "anything"),
                        List.of("alice", "o'hara & sons"),
                        Cidr.parse("10.0.0.0/8"),
                        AuthMethod.CERT,
                        List.of()),
                    new AuthRule(
                        ConnectionType.HOSTSSL,
                        List.of("all"),
                        List.of("all"),
                        Cidr.ALL,
                        AuthMethod.MD5,
                        List.of()),
                    new AuthRule(
                        ConnectionType.HOSTSSL,
                        List.of("all"),
                        List.of("nobody-here"),
                        Cidr.ALL,
                        AuthMethod.LDAP,
                        List.of("dba"))),
                new AuthQuerySettings(
                    true,
                    Optional.of("asks"),
                    Optional.of(new Secret("hunter2")),
                    Optional.of("own"),
                    "SELECT * FROM own.user_of($1)",
                    Duration.ofSeconds(2),
                    Duration.ofSeconds(3)),
                new ProxyProtocol(
                    true, List.of(Cidr.parse("10.0.0.0/8"), Cidr.parse("fd00::/8")), false),
                new PreparedSettings(50, 1 << 20, 30, 500, AnonymousParse.CACHE),
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
                new CacheSettings(
                    false,
                    32 << 20,
                    64 << 10,
                    Duration.ofMinutes(1),
                    true,
                    20,
                    Duration.ofSeconds(2),
                    true),
                new TransactionReplaySettings(true, 20, 8 * 1024, Duration.ofSeconds(5)),
                new LimitSettings(1 << 20, 2 << 20, 10, 1 << 20, 1),
                new CloudWatchExport(true, true, Optional.of("/databases/shop"), 0),
                false));
    assertThat(read.users().keySet()).containsExactly("alice", "o'hara & sons");
    User alice = read.users().get("alice");
    assertThat(alice)
        .isEqualTo(
            new User(
                "alice",
                Optional.empty(),
                alice.verifier(),
                true,
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
}
