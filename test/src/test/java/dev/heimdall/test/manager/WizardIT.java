package dev.heimdall.test.manager;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.launcher.postgres.PostgresServer;
import dev.heimdall.routing.AwsAccess;
import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.AwsEmulator;
import dev.heimdall.test.fixture.FreePort;
import dev.heimdall.test.fixture.MariaServer;
import dev.heimdall.test.fixture.Needs;
import dev.heimdall.test.fixture.SharedPostgres;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.WebElement;
import software.amazon.awssdk.services.elasticache.ElastiCacheClient;
import software.amazon.awssdk.services.rds.RdsClient;
import software.amazon.awssdk.services.secretsmanager.SecretsManagerClient;

/** The wizard in a real browser, up to clients that are answered by a real node. */
@Needs({"chromium", "psql"})
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Tag("long")
class WizardIT {
  private static final String CANARY = "canary-password";
  private static final String CLIENT = "a client's own word";

  private final int managerPort = FreePort.any();
  private Path directory;
  private int port;
  private Started both;
  private Browser browser;

  @BeforeAll
  void start(@TempDir Path own) throws Exception {
    directory = own;
    write(
        "node.json",
        "{\"http\": {\"port\": %d}, \"warmUp\": \"0\", \"drainTimeout\": \"2s\"}"
            .formatted(FreePort.any()));
    both =
        Started.start(
            directory.resolve("output"),
            Map.of("STATE_DIRECTORY", state().toString()),
            List.of("both", "--config=" + configuration(), "--manager-port=" + managerPort));
    both.awaitOutput("managing on port");
    browser = Browser.start();
  }

  @AfterAll
  void end() throws InterruptedException {
    if (browser != null) {
      browser.close();
    }
    if (both != null) {
      both.close();
    }
  }

  /** Nothing is set up, and nobody has begun with it. */
  @BeforeEach
  void begin() throws Exception {
    for (String kind : List.of("vdbs", "users", "rules", "sources")) {
      File[] files = configuration().resolve(kind).toFile().listFiles();
      for (File file : files == null ? new File[0] : files) {
        Files.delete(file.toPath());
      }
    }
    port = FreePort.any();
    browser.forget();
    browser.logIn(managerPort, Files.readString(state().resolve("manager-password")));
  }

  private Path configuration() {
    return directory.resolve("configuration");
  }

  private Path state() {
    return directory.resolve("state");
  }

  private void write(String name, String text) throws IOException {
    Path file = configuration().resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  private void open(String path) {
    browser.open("http://localhost:" + managerPort + path);
  }

  private void enter(String field, Object value) {
    WebElement element = browser.find("#" + field);
    element.clear();
    element.sendKeys(value.toString());
  }

  private void choose(String field, String value) {
    browser.click("[name='" + field + "'][value='" + value + "']");
  }

  private void select(String field, String value) {
    browser.click("#" + field + " option[value='" + value + "']");
  }

  private void goOn() {
    browser.click(".wizard .main");
  }

  private void database(String engine, String kind, PostgresServer server) {
    open("/wizard");
    browser.click("form[action='/wizard'] .main");
    choose("engine", engine);
    enter("host", server.host());
    enter("port", server.port());
    select("kind", kind);
  }

  private void logIn(String user, String password) {
    enter("user", user);
    enter("password", password);
    goOn();
  }

  private void clients(String name, int port, String preset) {
    choose("preset", preset);
    enter("name", name);
    enter("vdbPort", port);
    enter("client1", "wizard-client");
    enter("clientPassword1", CLIENT);
    goOn();
  }

  @Test
  void fromTheFirstLogInToAnAnswerOfPsql() throws Exception {
    open("/");
    browser.awaitText("Nothing is set up yet");
    browser.shoot("overview-empty");
    browser.click("form[action='/wizard'] .main");
    browser.awaitText("Enter its address").awaitText("no AWS region is named");
    browser.shoot("wizard-start");
    PostgresServer replica = SharedPostgres.cluster().replicas().get(0);
    database("postgresql", "replicas", SharedPostgres.primary());
    enter("replicas", replica.host() + ":" + replica.port());
    enter("database", "app");
    browser.shoot("wizard-database");
    goOn();
    logIn(SharedPostgres.USER, SharedPostgres.PASSWORD);
    browser.awaitText("Writer").awaitText("Replica").awaitText("It works.");
    assertThat(browser.text()).contains("Up to date", "PostgreSQL 18", "GRANT pg_monitor");
    browser.shoot("wizard-check");
    browser.click("a[href='/wizard/clients'].main");
    browser.find("#name");
    browser.shoot("wizard-clients");
    clients("shop", port, "cache");
    browser.find("#ttl");
    enter("tables", "public.wizard_products");
    goOn();
    browser.awaitText("Each with its database first");
    enter("tables", "app.wizard_products");
    browser.shoot("wizard-sharing");
    goOn();
    browser
        .awaitText("Valid: nodes accept this configuration.")
        .awaitText("users/wizard-client.json");
    assertThat(browser.source()).doesNotContain(CLIENT, "\"password\": \"app\"");
    browser.shoot("wizard-review");
    goOn();
    browser
        .awaitText("shop is set up")
        .awaitText("SELECT 1 was answered to the user wizard-client")
        .awaitText("1 of 1 node runs this configuration");
    assertThat(browser.source()).doesNotContain(CLIENT);
    browser.shoot("wizard-done");
    browser.click("form[action='/wizard/done'] button");
    browser.awaitText("SELECT 1 was answered to the user wizard-client");
    assertThat(browser.complaints()).isEmpty();
    assertThat(psql()).isEqualTo("app");
    assertThat(Files.readString(configuration().resolve("sources/shop.json")))
        .contains("\"reads\": \"all\"", ":%d/app".formatted(replica.port()));
    Await.until("the log has the comment", () -> both.output().contains("comment=\"Set up shop\""));
  }

  private String psql() throws IOException, InterruptedException {
    ProcessBuilder builder =
        new ProcessBuilder(
                "psql",
                "-XAt",
                "host=127.0.0.1 port=%d user=wizard-client dbname=app".formatted(port),
                "-c",
                "SELECT current_database()")
            .redirectErrorStream(true);
    builder.environment().put("PGPASSWORD", CLIENT);
    Process psql = builder.start();
    String said = new String(psql.getInputStream().readAllBytes()).strip();
    assertThat(psql.waitFor(60, TimeUnit.SECONDS)).isTrue();
    return said;
  }

  /** The next one is behind the same load balancer, and is not tested past it. */
  @Test
  void aVirtualDatabaseBehindALoadBalancerReadsItsHeaders() throws Exception {
    open("/wizard/database");
    enter("host", "127.0.0.1");
    enter("port", SharedPostgres.primary().port());
    goOn();
    logIn(SharedPostgres.USER, SharedPostgres.PASSWORD);
    browser.awaitText("It works.");
    browser.click("a[href='/wizard/clients'].main");
    browser.find("#name");
    assertThat(browser.find("#balancers").getAttribute("value")).isEmpty();
    enter("balancers", "127.0.0.0/8");
    clients("first", port, "pool");
    browser.awaitText("Valid: nodes accept this configuration.").awaitText("\"trusted\"");
    goOn();
    browser.awaitText("first is set up").awaitText("Connect through the load balancer.");
    assertThat(Files.readString(configuration().resolve("vdbs/first.json")))
        .contains("\"trusted\": [ \"127.0.0.0/8\" ]");

    open("/wizard/database");
    enter("host", "127.0.0.1");
    enter("port", SharedPostgres.primary().port());
    goOn();
    logIn(SharedPostgres.USER, SharedPostgres.PASSWORD);
    browser.awaitText("It works.");
    browser.click("a[href='/wizard/clients'].main");
    browser.find("#name");
    assertThat(browser.find("#balancers").getAttribute("value")).isEqualTo("127.0.0.0/8");
  }

  @Test
  void aVirtualDatabaseOfMariaDb() throws Exception {
    MariaServer server = MariaServer.shared();
    open("/wizard/database");
    choose("engine", "mysql");
    enter("host", "127.0.0.1");
    enter("port", server.port());
    goOn();
    logIn(MariaServer.USER, MariaServer.PASSWORD);
    browser.awaitText("MariaDB 11.4").awaitText("Writer").awaitText("It works.");
    browser.click("a[href='/wizard/clients'].main");
    clients("crm", port, "pool");
    browser.awaitText("Valid: nodes accept this configuration.");
    assertThat(browser.path()).isEqualTo("/wizard/review");
    goOn();
    browser.awaitText("crm is set up").awaitText("SELECT 1 was answered to the user wizard-client");
    try (Connection client =
            DriverManager.getConnection(
                "jdbc:mariadb://127.0.0.1:%d/?allowPublicKeyRetrieval=true".formatted(port),
                "wizard-client",
                CLIENT);
        Statement statement = client.createStatement();
        ResultSet row = statement.executeQuery("SELECT 7")) {
      assertThat(row.next()).isTrue();
      assertThat(row.getInt(1)).isEqualTo(7);
    }
  }

  @Test
  void whatDoesNotWorkIsSaidAndCanBeMended() throws Exception {
    PostgresServer replica = SharedPostgres.cluster().replicas().get(0);
    database("postgresql", "replicas", SharedPostgres.primary());
    enter("host", "no-such-host.invalid");
    enter("database", "app");
    goOn();
    logIn(SharedPostgres.USER, CANARY);
    browser.awaitText("There is no such host").awaitText("does not work");

    open("/wizard/database");
    assertThat(browser.find("#host").getDomProperty("value")).isEqualTo("no-such-host.invalid");
    enter("host", SharedPostgres.primary().host());
    goOn();
    assertThat(browser.find("#password").getDomProperty("value")).isEmpty();
    assertThat(browser.source()).doesNotContain(CANARY);
    goOn();
    browser.awaitText("password authentication failed for user \"app\"");
    assertThat(browser.source()).doesNotContain(CANARY);
    browser.shoot("wizard-wrong-password");

    // A replica in the writer's place, and a writer in a replica's.
    open("/wizard/database");
    enter("port", replica.port());
    enter("replicas", "%s:%d".formatted(replica.host(), SharedPostgres.primary().port()));
    goOn();
    logIn(SharedPostgres.USER, SharedPostgres.PASSWORD);
    browser
        .awaitText("This server is a replica: it accepts no writes.")
        .awaitText("This server is no replica");
  }

  @Test
  void databasesOfAwsAreChosenAndItsEndpointsLookedAt() throws Exception {
    AwsEmulator aws = AwsEmulator.shared();
    aws.reset();
    AwsAccess access = aws.access("eu-west-1");
    try (RdsClient rds = access.client(RdsClient.builder())) {
      rds.createDBInstance(
          r ->
              r.dbInstanceIdentifier("orders")
                  .dbInstanceClass("db.r6g.large")
                  .engine("postgres")
                  .engineVersion("17.4")
                  .masterUsername("app")
                  .masterUserPassword("not-so-secret"));
      rds.createDBInstanceReadReplica(
          r -> r.dbInstanceIdentifier("orders-replica").sourceDBInstanceIdentifier("orders"));
      rds.createDBInstance(
          r ->
              r.dbInstanceIdentifier("billing")
                  .dbInstanceClass("db.r6g.large")
                  .engine("oracle-se2")
                  .masterUsername("app")
                  .masterUserPassword("not-so-secret"));
    }
    try (ElastiCacheClient caches = access.client(ElastiCacheClient.builder())) {
      caches.createReplicationGroup(
          r ->
              r.replicationGroupId("answers")
                  .replicationGroupDescription("d")
                  .engine("valkey")
                  .cacheNodeType("cache.t4g.small")
                  .transitEncryptionEnabled(true)
                  .numCacheClusters(2));
    }
    try (Running manager =
        Running.start(
            directory,
            Map.of(
                "AWS_ENDPOINT_URL", aws.endpoint().toString(),
                "AWS_REGION", "eu-west-1",
                "AWS_ACCESS_KEY_ID", aws.credentials().resolveCredentials().accessKeyId(),
                "AWS_SECRET_ACCESS_KEY", aws.credentials().resolveCredentials().secretAccessKey()),
            "--config=" + configuration())) {
      browser.forget();
      browser.logIn(manager.port(), Files.readString(manager.passwordFile()));
      String site = "http://localhost:" + manager.port();
      browser.open(site + "/wizard");
      browser.awaitText("orders-replica").awaitText("do not speak to oracle-se2");
      browser.shoot("wizard-aws");
      browser.click("button[value$=':db:orders']");
      assertThat(browser.find("#host").getDomProperty("value")).startsWith("orders.");
      assertThat(browser.find("#kind").getDomProperty("value")).isEqualTo("rds");
      assertThat(browser.find("#replicas").getDomProperty("value")).startsWith("orders-replica.");

      // The servers are the emulator's words only: go on with some that are there.
      PostgresServer replica = SharedPostgres.cluster().replicas().get(0);
      enter("host", SharedPostgres.primary().host());
      enter("port", SharedPostgres.primary().port());
      enter("replicas", replica.host() + ":" + replica.port());
      enter("database", "app");
      goOn();
      logIn(SharedPostgres.USER, SharedPostgres.PASSWORD);
      browser.click("a[href='/wizard/clients'].main");
      clients("orders", port, "split");
      choose("store", "store");
      browser.click("button[name='cache']");
      browser.find("#storeTls");
      assertThat(browser.find("#storeServers").getDomProperty("value")).contains("answers");
      assertThat(browser.find("#storeTls").getDomProperty("value")).isEqualTo("verify-full");
      browser.shoot("wizard-store");

      browser.open(site + "/wizard/aws");
      // The emulator loads a service when it is first asked for, which may take too long.
      Await.until(
          "all services are loaded",
          Started.PATIENCE,
          () -> {
            browser.awaitText("Route 53").find(".checks .note[role='status']");
            if (browser.text().contains("Everything works.")) {
              return true;
            }
            browser.click("form[action='/wizard/aws'] button");
            return false;
          },
          browser::text);
      browser.shoot("wizard-endpoints");
      assertThat(browser.complaints()).isEmpty();
    }
  }

  @Test
  void aClusterOfAuroraIsSetUpWithASecretOrATokenOfIam() throws Exception {
    AwsEmulator aws = AwsEmulator.shared();
    aws.reset();
    AwsAccess access = aws.access("eu-west-1");
    try (RdsClient rds = access.client(RdsClient.builder());
        SecretsManagerClient secrets = access.client(SecretsManagerClient.builder())) {
      rds.createDBCluster(
          r ->
              r.dbClusterIdentifier("ledger")
                  .engine("aurora-postgresql")
                  .masterUsername("app")
                  .masterUserPassword("not-so-secret"));
      rds.createDBInstance(
          r ->
              r.dbInstanceIdentifier("ledger-1")
                  .dbClusterIdentifier("ledger")
                  .dbInstanceClass("db.r6g.large")
                  .engine("aurora-postgresql"));
      secrets.createSecret(
          r ->
              r.name("ledger/app")
                  .secretString(
                      "{\"username\": \"%s\", \"password\": \"%s\"}"
                          .formatted(SharedPostgres.USER, SharedPostgres.PASSWORD)));
    }
    try (Running manager =
        Running.start(
            directory,
            Map.of(
                "AWS_ENDPOINT_URL", aws.endpoint().toString(),
                "AWS_REGION", "eu-west-1",
                "AWS_ACCESS_KEY_ID", aws.credentials().resolveCredentials().accessKeyId(),
                "AWS_SECRET_ACCESS_KEY", aws.credentials().resolveCredentials().secretAccessKey()),
            "--config=" + configuration())) {
      browser.forget();
      browser.logIn(manager.port(), Files.readString(manager.passwordFile()));
      String site = "http://localhost:" + manager.port();
      browser.open(site + "/wizard");
      browser.awaitText("ledger-1");
      browser.click("button[value$=':cluster:ledger']");
      assertThat(browser.find("#host").getDomProperty("value")).startsWith("ledger.");
      assertThat(browser.find("#kind").getDomProperty("value")).isEqualTo("aurora");
      browser.shoot("wizard-aurora");

      // The cluster is the emulator's words only: go on with a server that is there.
      select("kind", "one");
      enter("host", SharedPostgres.primary().host());
      enter("port", SharedPostgres.primary().port());
      enter("database", "app");
      goOn();
      choose("method", "secret");
      enter("secret", "ledger/nobody");
      goOn();
      browser.awaitText("ledger/nobody").awaitText("One thing could not be tested.");
      browser.shoot("wizard-no-such-secret");
      browser.open(site + "/wizard/login");
      enter("secret", "ledger/app");
      goOn();
      browser.awaitText("Logged in");
      browser.shoot("wizard-secret");
      browser.click("a[href='/wizard/clients'].main");
      clients("ledger", port, "pool");
      browser.awaitText("ledger/app");
      assertThat(browser.text()).contains("credentials").doesNotContain("not-so-secret");
      browser.shoot("wizard-review-secret");

      browser.open(site + "/wizard/login");
      choose("method", "iam");
      enter("user", SharedPostgres.USER);
      goOn();
      browser.awaitText("IAM needs TLS: choose require");
      browser.shoot("wizard-iam");
      assertThat(browser.complaints()).isEmpty();
    }
  }

  @Test
  void nothingIsWrittenOverAndNobodySkipsASTep() throws Exception {
    write("users/wizard-client.json", "{\"password\": \"theirs\"}");
    open("/wizard/review");
    browser.find("#host");
    assertThat(browser.path()).isEqualTo("/wizard/database");
    goOn();
    browser.awaitText("The name or the address of the server");
    enter("host", SharedPostgres.primary().host());
    enter("port", SharedPostgres.primary().port());
    goOn();
    logIn(SharedPostgres.USER, SharedPostgres.PASSWORD);
    browser.click("a[href='/wizard/clients'].main");
    clients("shop", port, "split");
    browser.awaitText("There are no replicas to read from");
    browser.awaitText("There is a user wizard-client already");
    assertThat(Files.exists(configuration().resolve("vdbs/shop.json"))).isFalse();
  }
}
