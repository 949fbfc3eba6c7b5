package dev.heimdall.test.operate;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.heimdall.test.fixture.AwsEmulator;
import dev.heimdall.test.fixture.AwsGate;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.services.rds.RdsClient;
import software.amazon.awssdk.services.secretsmanager.SecretsManagerClient;

/** {@code heimdall deployment new}, against the emulator. */
@Tag("long")
class DeploymentCommandIT {
  private static final String WEST = "eu-west-1";
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path folder;

  private final AwsEmulator aws = AwsEmulator.shared();
  private DatabaseAccount account;

  @BeforeEach
  void forget() {
    aws.reset();
    account = new DatabaseAccount(aws, folder);
  }

  private void instance(String engine, String name) {
    try (RdsClient rds = account.access().client(RdsClient.builder())) {
      rds.createDBInstance(
          r ->
              r.dbInstanceIdentifier(name)
                  .dbInstanceClass("db.r6g.large")
                  .engine(engine)
                  .engineVersion("8.0")
                  .allocatedStorage(20)
                  .masterUsername("admin")
                  .masterUserPassword("not-so-secret"));
    }
  }

  @Test
  void whatAnAccountHasIsServedWithoutAQuestion() throws Exception {
    DatabaseAccount.Made made = account.network(WEST, "10.8");
    account.cluster(WEST, made, "orders", Optional.empty());

    HeimdallCommand command = account.make("--yes");

    account.judged(command);
    JsonNode region = account.written().at("/regions/0");
    assertThat(region.at("/region").asText()).isEqualTo(WEST);
    assertThat(region.at("/network/vpc").asText()).isEqualTo(made.vpc());
    assertThat(region.at("/network/subnets"))
        .extracting(JsonNode::asText)
        .containsExactlyElementsOf(made.subnets());
    assertThat(region.at("/fleet/clients/0").asText()).isEqualTo("10.8.0.0/16");
    assertThat(region.at("/databases/0/cluster").asText()).isEqualTo("orders");
    assertThat(region.at("/databases/0/securityGroup").asText()).isEqualTo(made.group());
    assertThat(region.at("/documents/secrets").isMissingNode()).isTrue();
    JsonNode source = account.document(WEST, "sources/orders.json");
    assertThat(source.at("/url").asText()).startsWith("jdbc:postgresql://orders.cluster-");
    assertThat(source.at("/credentials/secret").asText()).startsWith("rds!cluster-");
    assertThat(source.at("/cluster/arn").asText()).endsWith(":cluster:orders");
    assertThat(account.document(WEST, "users/boss.json").at("/password/key").asText())
        .isEqualTo("password");
    assertThat(account.document(WEST, "vdbs/orders.json").at("/proxyProtocol/trusted/0").asText())
        .isEqualTo("${region.addresses}");
    assertThat(account.written().at("/regions/0/facts/addresses"))
        .isEqualTo(account.written().at("/regions/0/facts/subnets"))
        .isEqualTo(JSON.readTree("[\"10.8.3.0/24\", \"10.8.6.0/24\"]"));
    assertThat(command.text()).doesNotContain("! ", "create-secret");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "DescribeDBClusters      | rds | , https://x, jdbc:postgresql://orders.cluster-abc.eu-west-1.rds.amazonaws.com/orders, ,",
        "DescribeDBInstances     | rds | ,",
        "DescribeGlobalClusters  | rds | ,",
        "DescribeVpcs            | ec2 | , ,",
        "DescribeSubnets         | ec2 | subnet-0a1b2c3d subnet-0c1d2e3f, ,",
        "DescribeRouteTables     | ec2 | , ,",
        "DescribeSecurityGroups  | ec2 | ,",
      })
  void aMissingPermissionIsNamedAndAsked(String action, String service, String answers)
      throws Exception {
    DatabaseAccount.Made made = account.network(WEST, "10.8");
    account.cluster(WEST, made, "orders", Optional.empty());
    try (AwsGate gate = new AwsGate(aws)) {
      gate.refuse("POST / " + action, 403, "AccessDenied", "told to");

      HeimdallCommand command =
          account.make(
              gate.uri(),
              Arrays.stream(answers.split(", *", -1)).map(String::strip).toList(),
              "--region=eu-west-1",
              "--name=heimdall",
              "--cluster=orders");

      account.judged(command);
      assertThat(command.text())
          .containsOnlyOnce(
              "! eu-west-1: the permission %s:%s on the resource * is missing"
                  .formatted(service, action));
      assertThat(account.written().at("/regions/0/network/vpc").asText()).isEqualTo(made.vpc());
      assertThat(account.written().at("/regions/0/databases/0/securityGroup").asText())
          .isEqualTo(made.group());
    }
  }

  @Test
  void whoIsAskedTooOftenIsAskedAgain() throws Exception {
    account.cluster(WEST, account.network(WEST, "10.8"), "orders", Optional.empty());
    try (AwsGate gate = new AwsGate(aws)) {
      AtomicInteger times = new AtomicInteger();
      gate.refuseAfter(
          () -> {
            if (times.incrementAndGet() == 2) {
              gate.open();
            }
          },
          "POST / DescribeSubnets",
          503,
          "RequestLimitExceeded",
          "slowly");
      HeimdallCommand command = account.make(gate.uri(), List.of(), "--yes");
      account.judged(command);
      assertThat(command.text()).doesNotContain("! ");
      assertThat(times).hasValue(2);

      gate.refuse("POST / DescribeDBClusters", 400, "Throttling", "Rate exceeded");
      HeimdallCommand never = account.make(gate.uri(), List.of(), "--yes", "--force");
      assertThat(never.exitCode()).as(never.text()).isEqualTo(2);
      assertThat(never.text())
          .contains("! eu-west-1: rds:DescribeDBClusters is asked too often in this account")
          .contains("Database to serve (ARN or name) is not known: give --cluster");
    }
  }

  @Test
  void anAccountWithNothingToServeSaysSo() throws Exception {
    HeimdallCommand empty = account.make("--yes");
    assertThat(empty.exitCode()).as(empty.text()).isEqualTo(4);
    assertThat(empty.text()).contains("there is no database in eu-west-1 that could be served");

    instance("oracle-se2", "ledger");
    HeimdallCommand other = account.make("--yes");
    assertThat(other.exitCode()).as(other.text()).isEqualTo(4);
    assertThat(other.text())
        .contains("found ledger: is not served: its engine is oracle-se2, and nodes speak to");
    assertThat(account.make("--yes", "--cluster=ledger").text()).contains("ledger is not served");
    assertThat(account.make("--yes", "--cluster=orders").text())
        .contains("there is no database orders in eu-west-1; there are ledger");
    assertThat(account.file()).doesNotExist();
  }

  @Test
  void sqlServerIsServedWithTheNodesOwnCertificateOrThatOfASecret() throws Exception {
    instance("sqlserver-se", "billing");

    HeimdallCommand own = account.make("--yes", "--vpc=new", "--clients=10.0.0.0/8");

    account.judged(own);
    assertThat(own.text()).contains("Nodes make their own certificate for clients of billing");
    assertThat(account.written().at("/regions/0/fleet/ports")).isEqualTo(JSON.readTree("[1433]"));
    JsonNode vdb = account.document(WEST, "vdbs/billing.json");
    assertThat(vdb.at("/tls/selfSigned").asBoolean()).isTrue();
    assertThat(vdb.has("auth")).isFalse();
    assertThat(account.document(WEST, "users/admin.json").at("/vdbs/0").asText())
        .isEqualTo("billing");

    HeimdallCommand kept =
        account.make(
            "--yes", "--force", "--vpc=new", "--clients=10.0.0.0/8", "--certificate=prod/node");

    account.judged(kept);
    assertThat(kept.text()).doesNotContain("Nodes make their own");
    assertThat(account.document(WEST, "vdbs/billing.json").at("/tls/certificate/secret").asText())
        .isEqualTo("prod/node");
    assertThat(account.written().at("/regions/0/documents/secrets").toString())
        .contains("prod/node");
  }

  @Test
  void severalDatabasesHavePortsAndUsersOfTheirOwnAndSecretsThatPeopleKeep() throws Exception {
    instance("mysql", "shop");
    instance("mariadb", "stock");
    try (SecretsManagerClient secrets = account.access().client(SecretsManagerClient.builder())) {
      secrets.createSecret(
          r ->
              r.name("prod/shop")
                  .kmsKeyId(
                      "arn:aws:kms:eu-west-1:123456789012:key/0a1b2c3d-0a1b-2c3d-4e5f-0a1b2c3d4e5f")
                  .secretString("{\"username\": \"u\", \"password\": \"not-so-secret\"}"));
    }

    HeimdallCommand command =
        account.make(
            "--yes",
            "--secret=shop=prod/shop",
            "--vpc=new",
            "--name=both",
            "--clients=sg-0a1b2c3d, 10.0.0.0/8");

    account.judged(command);
    JsonNode region = account.written().at("/regions/0");
    assertThat(region.at("/fleet/ports")).isEqualTo(JSON.readTree("[3306, 3307]"));
    assertThat(region.at("/fleet/clients")).isEqualTo(JSON.readTree("[\"10.0.0.0/8\"]"));
    assertThat(region.at("/fleet/clientGroups")).isEqualTo(JSON.readTree("[\"sg-0a1b2c3d\"]"));
    assertThat(region.at("/network/addresses").asText()).isEqualTo("10.40.0.0/16");
    assertThat(region.at("/documents/secrets"))
        .isEqualTo(JSON.readTree("[\"prod/shop\", \"both/databases/stock\"]"));
    assertThat(region.at("/documents/secretKeys/0").asText()).contains(":key/0a1b2c3d");
    assertThat(account.document(WEST, "users/admin.json").at("/vdbs/0").asText()).isEqualTo("shop");
    assertThat(account.document(WEST, "users/admin_stock.json").at("/vdbs/0").asText())
        .isEqualTo("stock");
    assertThat(command.text())
        .contains("create-secret --region eu-west-1 --name both/databases/stock")
        .doesNotContain("--name prod/shop");
  }

  @Test
  void withoutCredentialsOptionsAreEnough() throws Exception {
    HeimdallCommand command =
        account.run(
            Map.of("AWS_ACCESS_KEY_ID", "", "AWS_SECRET_ACCESS_KEY", ""),
            List.of(),
            "--yes",
            "--cluster=arn:aws:rds:eu-west-1:123456789012:cluster:orders",
            "--url=jdbc:mysql://orders.cluster-abc.eu-west-1.rds.amazonaws.com",
            "--vpc=vpc-0a1b2c3d",
            "--subnet=subnet-0a1b2c3d",
            "--addresses=10.8.0.0/16",
            "--iam-user=app",
            "--security-group=sg-0a1b2c3d");

    account.judged(command);
    assertThat(command.text().lines().filter(line -> line.startsWith("!")))
        .singleElement()
        .asString()
        .startsWith("! there are no AWS credentials");
    JsonNode region = account.written().at("/regions/0");
    assertThat(region.at("/cache/replicas").asInt(-1)).isZero();
    assertThat(region.at("/databases/0"))
        .isEqualTo(
            JSON.readTree(
                "{\"cluster\": \"orders\", \"iamUsers\": [\"app\"], \"securityGroup\":"
                    + " \"sg-0a1b2c3d\", \"port\": 3306}"));
    assertThat(account.document(WEST, "sources/orders.json").at("/credentials"))
        .isEqualTo(JSON.readTree("{\"iam\": true}"));
  }

  @Test
  void whatIsThereIsNotOverwritten() throws Exception {
    account.cluster(WEST, account.network(WEST, "10.8"), "orders", Optional.empty());
    Files.writeString(account.file(), "{}");

    HeimdallCommand kept = account.make("--yes");
    assertThat(kept.exitCode()).as(kept.text()).isEqualTo(5);
    assertThat(kept.text()).contains("is there already: give --force to overwrite it");
    assertThat(account.file()).hasContent("{}");

    account.judged(account.make("--yes", "--force"));
  }

  @Test
  void anAnswerThatCannotBeIsAskedAgainAndAnEndOfAnswersIsSaid() throws Exception {
    account.cluster(WEST, account.network(WEST, "10.8"), "orders", Optional.empty());

    HeimdallCommand command =
        account.make(
            aws.endpoint(),
            List.of("eu", "eu-west-1", "Not A Name", "shop", "0.0.0.0/0", "10.8.0.0/16"));
    account.judged(command);
    assertThat(command.text())
        .contains("\"Not A Name\", expected 1 to 20 small letters")
        .contains("\"0.0.0.0/0\", expected a network of IPv4 such as 10.0.0.0/16");
    assertThat(account.written().at("/fleetName").asText()).isEqualTo("shop");

    HeimdallCommand silent =
        account.make(aws.endpoint(), List.of(), "--force", "--region=eu-west-1");
    assertThat(silent.exitCode()).as(silent.text()).isEqualTo(2);
    assertThat(silent.text())
        .contains("Name of the fleet has no answer: give --name, or --yes to take defaults");
  }
}
