package dev.heimdall.manager.wizard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.manager.inspect.AwsDatabase;
import dev.heimdall.model.BackendTls;
import dev.heimdall.model.Cidr;
import dev.heimdall.model.Configuration;
import dev.heimdall.model.ConfigurationReader;
import dev.heimdall.model.DataSource;
import dev.heimdall.model.Engine;
import dev.heimdall.model.ProxyProtocol;
import dev.heimdall.model.ReadSplit;
import dev.heimdall.model.TlsMode;
import dev.heimdall.secrets.Content;
import dev.heimdall.secrets.Documents;
import dev.heimdall.secrets.StoredDocument;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the wizard writes, read as nodes read it. */
class WrittenTest {
  private static final Documents NOTHING = new Documents(new TreeMap<>(), "");

  @TempDir private Path directory;
  private final Map<String, String> typed = new HashMap<>();

  WrittenTest() {
    typed.put("engine", "postgresql");
    typed.put("kind", "one");
    typed.put("host", "db.example");
    typed.put("port", "");
    typed.put("replicas", "");
    typed.put("database", "");
    typed.put("tls", "");
    typed.put("ca", "");
    typed.put("method", "password");
    typed.put("user", "app");
    typed.put("password", "a \"word\"");
    typed.put("secret", "");
    typed.put("region", "");
    typed.put("name", "shop");
    typed.put("vdbPort", "6432");
    typed.put("preset", "pool");
    typed.put("poolSize", "20");
    typed.put("balancers", "");
    typed.put("client1", "alice");
    typed.put("clientPassword1", "hers");
    typed.put("tables", "");
    typed.put("ttl", "30");
    typed.put("store", "none");
  }

  private Answers answers() {
    Answers answers = Answers.none();
    for (Step step : Step.values()) {
      answers = answers.with(step, typed);
    }
    return answers;
  }

  private Configuration read(Map<String, String> texts) throws Exception {
    texts.forEach(
        (name, text) -> {
          try {
            Path file = directory.resolve(name);
            Files.createDirectories(file.getParent());
            Files.writeString(file, text);
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
    return ConfigurationReader.read(directory);
  }

  private DataSource source() throws Exception {
    return read(new Written(answers(), NOTHING).texts()).sources().get("shop");
  }

  @Test
  void tablesAreNamedAsRulesSpellThem() {
    typed.put("preset", "cache");
    typed.put("tables", "shop.products, shop.sales.prices");
    assertThat(Checks.of(Step.SHARING, answers(), NOTHING)).isEmpty();
    for (String wrong : new String[] {"public.products", "products", "shop.a, b"}) {
      typed.put("tables", wrong);
      assertThat(Checks.of(Step.SHARING, answers(), NOTHING)).as(wrong).containsOnlyKeys("tables");
    }
  }

  @Test
  void behindALoadBalancerThatSendsHeadersNodesReadThem() throws Exception {
    typed.put("balancers", "10.40.0.0/16, fd00:1::/64");
    assertThat(Checks.of(Step.CLIENTS, answers(), NOTHING)).isEmpty();
    ProxyProtocol read =
        read(new Written(answers(), NOTHING).texts()).vdbs().get("shop").proxyProtocol();
    assertThat(read.enabled()).isTrue();
    assertThat(read.trusted()).extracting(Cidr::toString).hasSize(2).contains("10.40.0.0/16");
    typed.put("balancers", "the load balancer");
    assertThat(Checks.of(Step.CLIENTS, answers(), NOTHING)).containsOnlyKeys("balancers");
  }

  @Test
  void poolingAloneIsThreeDocuments() throws Exception {
    Map<String, String> texts = new Written(answers(), NOTHING).texts();
    assertThat(texts).containsOnlyKeys("sources/shop.json", "vdbs/shop.json", "users/alice.json");
    Configuration read = read(texts);
    assertThat(read.vdbs().get("shop").ports()).containsExactly(6432);
    assertThat(read.vdbs().get("shop").pool().size()).isEqualTo(20);
    assertThat(read.sources().get("shop").password().orElseThrow().value()).isEqualTo("a \"word\"");
    assertThat(read.users().get("alice").vdbs()).containsExactly("shop");
  }

  private static final String CERTIFICATE =
      "-----BEGIN CERTIFICATE-----\nTUlJQg==\n-----END CERTIFICATE-----";

  private static final String KEY =
      "-----BEGIN PRIVATE KEY-----\r\nTUlJQg==\r\n-----END PRIVATE KEY-----\r\n";

  private void sqlServer() {
    typed.put("engine", "sqlserver");
    typed.put("database", "shop");
    typed.put("vdbPort", "1433");
    typed.put("certificate", CERTIFICATE);
    typed.put("key", KEY);
  }

  @Test
  void sqlServerIsSetUpWithACertificateForItsClients() throws Exception {
    sqlServer();
    for (Step step : Step.values()) {
      assertThat(Checks.of(step, answers(), NOTHING)).as(step.title()).isEmpty();
    }
    Map<String, String> texts = new Written(answers(), NOTHING).texts();
    assertThat(texts)
        .containsOnlyKeys(
            "sources/shop.json",
            "vdbs/shop.json",
            "tls/shop.pem",
            "tls/shop.key",
            "users/alice.json");
    assertThat(texts.get("tls/shop.pem")).isEqualTo(CERTIFICATE + "\n");
    assertThat(texts.get("tls/shop.key")).startsWith("-----BEGIN PRIVATE KEY").endsWith("-\n");
    Configuration read = read(texts);
    assertThat(read.sources().get("shop").url())
        .isEqualTo("jdbc:sqlserver://db.example:1433;databaseName=shop");
    assertThat(read.vdbs().get("shop").tls().keyFile()).contains(directory.resolve("tls/shop.key"));
    assertThat(new Written(answers(), NOTHING).client("127.0.0.1"))
        .contains("jdbc:sqlserver://127.0.0.1:1433;databaseName=shop");
  }

  @Test
  void withoutACertificateNodesMakeOneForClientsOfSqlServer() throws Exception {
    sqlServer();
    typed.put("certificate", "");
    assertThat(Checks.of(Step.CLIENTS, answers(), NOTHING)).isEmpty();

    Map<String, String> texts = new Written(answers(), NOTHING).texts();
    assertThat(texts).containsOnlyKeys("sources/shop.json", "vdbs/shop.json", "users/alice.json");
    assertThat(read(texts).vdbs().get("shop").tls().selfSigned()).isTrue();
  }

  @Test
  void anInstanceOfRdsForSqlServerIsFoundWithItsPortAndCheckedTls() throws Exception {
    sqlServer();
    typed.putAll(
        Detected.answers(
            new AwsDatabase(
                "arn:aws:rds:eu-west-1:123456789012:db:billing",
                "billing",
                AwsDatabase.Kind.INSTANCE,
                "sqlserver-web",
                "16.00",
                "available",
                "eu-west-1",
                "billing.abc.eu-west-1.rds.amazonaws.com",
                1433,
                "",
                List.of()),
            Engine.ofRds("sqlserver-web").orElseThrow()));
    typed.put("method", "secret");
    typed.put("secret", "rds!db-1");
    assertThat(Checks.of(Step.DATABASE, answers(), NOTHING)).isEmpty();

    DataSource source = read(new Written(answers(), NOTHING).texts()).sources().get("billing");
    assertThat(source.url())
        .isEqualTo("jdbc:sqlserver://billing.abc.eu-west-1.rds.amazonaws.com:1433");
    assertThat(source.tls().mode()).isEqualTo(TlsMode.VERIFY_FULL);
    assertThat(source.tls().caFile()).contains(BackendTls.RDS_AUTHORITIES);
    assertThat(source.credentials().secret()).contains("rds!db-1");
  }

  @Test
  void whatSqlServerLacksIsSaidAtItsField() {
    sqlServer();
    typed.put("key", "-----BEGIN RSA PRIVATE KEY-----");
    assertThat(Checks.of(Step.CLIENTS, answers(), NOTHING)).containsOnlyKeys("key");
    sqlServer();
    typed.put("method", "iam");
    typed.put("tls", "require");
    assertThat(Checks.of(Step.LOGIN, answers(), NOTHING)).containsOnlyKeys("method");
  }

  @Test
  void readsAreSplitOverReplicas() throws Exception {
    typed.put("kind", "replicas");
    typed.put("replicas", "db2.example\r\n[fd00::2]:5433");
    typed.put("preset", "split");
    DataSource source = source();
    assertThat(source.url())
        .isEqualTo("jdbc:postgresql://db.example:5432,db2.example:5432,[fd00::2]:5433");
    assertThat(source.cluster().reads()).isEqualTo(ReadSplit.ALL);
    assertThat(source.cluster().kind().spelling()).isEqualTo("postgres");
  }

  @Test
  void theCacheOfOneServerIsWatchedAndReadsNoReplica() throws Exception {
    typed.put("engine", "mysql");
    typed.put("preset", "cache");
    typed.put("tables", "shop.products, shop.prices");
    Map<String, String> texts = new Written(answers(), NOTHING).texts();
    Configuration read = read(texts);
    assertThat(read.vdbs().get("shop").cache().enabled()).isTrue();
    assertThat(read.sources().get("shop").cluster().kind().spelling()).isEqualTo("mysql");
    assertThat(read.sources().get("shop").cluster().reads()).isEqualTo(ReadSplit.NONE);
    assertThat(texts.get("rules/shop.json"))
        .contains("tables:shop.products,shop.prices", "\"ttl\": 30000");
  }

  @Test
  void aSecretAndIamTakeThePlaceOfThePassword() throws Exception {
    typed.put("host", "shop.abcdefghijkl.eu-west-1.rds.amazonaws.com");
    typed.put("method", "secret");
    typed.put("secret", "shop/app");
    assertThat(source().credentials().secret()).contains("shop/app");
    assertThat(new Written(answers(), NOTHING).texts().get("sources/shop.json"))
        .doesNotContain("word", "\"user\"");
    typed.put("method", "iam");
    assertThat(source().credentials().iam()).isTrue();
    assertThat(source().password()).isEmpty();
  }

  @Test
  void theStoreIsAddedToWhatTheNodeHas() throws Exception {
    typed.put("kind", "replicas");
    typed.put("preset", "split");
    typed.put("store", "store");
    typed.put("storeServers", "cache.example:6379");
    typed.put("storeMode", "standalone");
    typed.put("storeTls", "verify-full");
    typed.put("storePassword", "theirs");
    Content node = Content.of("{\"drainTimeout\": \"2s\"}");
    Documents there =
        new Documents(new TreeMap<>(Map.of("node.json", new StoredDocument(node, "v1"))), "");
    Written written = new Written(answers(), there);
    Configuration read = read(written.texts());
    assertThat(read.node().store().servers()).containsExactly("cache.example:6379");
    assertThat(read.node().drainTimeout().toSeconds()).isEqualTo(2);
    assertThat(written.changes())
        .filteredOn(change -> change.name().equals("node.json"))
        .singleElement()
        .satisfies(change -> assertThat(change.over()).isEqualTo(Optional.of("v1")));
    typed.put("preset", "pool");
    assertThat(new Written(answers(), there).texts()).doesNotContainKey("node.json");
  }

  @Test
  void passwordsStayWhenTheirFieldIsLeftEmptyAndAreInNothingThatIsShown() {
    Answers before = answers();
    typed.put("password", "");
    Answers after = before.with(Step.LOGIN, typed);
    assertThat(after.secret("password")).isEqualTo("a \"word\"");
    assertThat(after.shown()).doesNotContainValue("a \"word\"").doesNotContainKey("password");
    assertThat(after.toString()).doesNotContain("word\"", "hers");
    assertThat(after.forgetting().secret("password")).isEmpty();
  }

  @Test
  void whatIsThereIsNotWrittenOver() {
    Documents there =
        new Documents(
            new TreeMap<>(
                Map.of(
                    "vdbs/shop.json", new StoredDocument(Content.of("{}"), "v1"),
                    "users/alice.json", new StoredDocument(Content.of("{}"), "v1"))),
            "");
    assertThat(Checks.of(Step.CLIENTS, answers(), there)).containsOnlyKeys("name", "client1");
    assertThat(Checks.of(Step.CLIENTS, answers(), NOTHING)).isEmpty();
  }

  @Test
  void whatIsNoServerIsSaid() {
    typed.put("host", "db.example/shop");
    typed.put("port", "70000");
    typed.put("kind", "group-replication");
    assertThat(Checks.of(Step.DATABASE, answers(), NOTHING))
        .containsOnlyKeys("host", "port", "kind");
  }

  @Test
  void aDatabaseOfAwsIsNamedByItsArnAsLongAsItIsTheOneThatWasChosen() throws Exception {
    String arn = "arn:aws:rds:eu-central-1:123456789012:cluster:shop";
    AwsDatabase database =
        new AwsDatabase(
            arn,
            "shop",
            AwsDatabase.Kind.AURORA,
            "aurora-postgresql",
            "16.4",
            "available",
            "eu-central-1",
            "shop.cluster-abc.eu-central-1.rds.amazonaws.com",
            5432,
            "",
            List.of());
    Map<String, String> detected = Detected.answers(database, Engine.POSTGRESQL);
    typed.putAll(detected);
    Answers chosen = answers().with(detected);
    Map<String, String> texts = new Written(chosen, NOTHING).texts();
    assertThat(read(texts).sources().get("shop").cluster().arn()).contains(arn);
    typed.put("host", "other.example");
    Answers other = Answers.none().with(detected);
    for (Step step : Step.values()) {
      other = other.with(step, typed);
    }
    assertThat(new Written(other, NOTHING).texts().get("sources/shop.json")).doesNotContain(arn);
  }
}
