package dev.heimdall.test.operate;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.heimdall.cdk.config.Deployment;
import dev.heimdall.cdk.config.DeploymentFile;
import dev.heimdall.routing.AwsAccess;
import dev.heimdall.routing.call.AwsQuestion;
import dev.heimdall.routing.call.AwsService;
import dev.heimdall.routing.call.SignedCalls;
import dev.heimdall.test.fixture.AwsEmulator;
import dev.heimdall.test.fixture.AwsGate;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.services.rds.RdsClient;
import software.amazon.awssdk.services.secretsmanager.SecretsManagerClient;

/** {@code heimdall deployment new}, against the emulator. */
class DeploymentCommandIT {
  private static final String WEST = "eu-west-1";
  private static final String EAST = "us-east-1";
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path folder;

  private final AwsEmulator aws = AwsEmulator.shared();
  private final AwsAccess access =
      new AwsAccess(WEST, Optional.of(aws.endpoint()), aws.credentials(), Duration.ofSeconds(20));

  /** A network with two zones: private, public and isolated subnets in each. */
  private record Made(String vpc, List<String> subnets, List<String> isolated, String group) {}

  @BeforeEach
  void forget() {
    aws.reset();
  }

  private String ec2(String region, String part, String action, Map<String, String> parameters)
      throws Exception {
    try (SignedCalls calls =
        new SignedCalls(
            region,
            Map.of("AWS_ENDPOINT_URL", aws.endpoint().toString()),
            aws.credentials(),
            Duration.ofSeconds(20))) {
      String answer =
          calls.ask(AwsQuestion.form(AwsService.EC2, "2016-11-15", "ec2:" + action, parameters));
      Matcher found = Pattern.compile("<" + part + ">([^<]+)<").matcher(answer);
      return found.find() ? found.group(1) : "";
    }
  }

  private Made network(String region, String beginning) throws Exception {
    String vpc = ec2(region, "vpcId", "CreateVpc", Map.of("CidrBlock", beginning + ".0.0/16"));
    String gateway = ec2(region, "internetGatewayId", "CreateInternetGateway", Map.of());
    ec2(
        region,
        "return",
        "AttachInternetGateway",
        Map.of("InternetGatewayId", gateway, "VpcId", vpc));
    List<String> subnets = new ArrayList<>();
    List<String> isolated = new ArrayList<>();
    String open = routes(region, vpc);
    ec2(
        region,
        "return",
        "CreateRoute",
        Map.of("RouteTableId", open, "DestinationCidrBlock", "0.0.0.0/0", "GatewayId", gateway));
    int number = 0;
    for (String zone : List.of("a", "b")) {
      // First the isolated one: its address must not be what decides.
      isolated.add(subnet(region, vpc, beginning + "." + ++number + ".0/24", zone));
      String outside = subnet(region, vpc, beginning + "." + ++number + ".0/24", zone);
      associate(region, open, outside);
      String inside = subnet(region, vpc, beginning + "." + ++number + ".0/24", zone);
      String table = routes(region, vpc);
      associate(region, table, inside);
      String nat =
          ec2(
              region,
              "natGatewayId",
              "CreateNatGateway",
              Map.of(
                  "SubnetId",
                  outside,
                  "AllocationId",
                  ec2(region, "allocationId", "AllocateAddress", Map.of("Domain", "vpc"))));
      ec2(
          region,
          "return",
          "CreateRoute",
          Map.of("RouteTableId", table, "DestinationCidrBlock", "0.0.0.0/0", "NatGatewayId", nat));
      subnets.add(inside);
    }
    String group =
        ec2(
            region,
            "groupId",
            "CreateSecurityGroup",
            Map.of("GroupName", "databases", "GroupDescription", "d", "VpcId", vpc));
    return new Made(vpc, subnets, isolated, group);
  }

  private String subnet(String region, String vpc, String addresses, String zone) throws Exception {
    return ec2(
        region,
        "subnetId",
        "CreateSubnet",
        Map.of("VpcId", vpc, "CidrBlock", addresses, "AvailabilityZone", region + zone));
  }

  private String routes(String region, String vpc) throws Exception {
    return ec2(region, "routeTableId", "CreateRouteTable", Map.of("VpcId", vpc));
  }

  private void associate(String region, String table, String subnet) throws Exception {
    ec2(
        region,
        "associationId",
        "AssociateRouteTable",
        Map.of("RouteTableId", table, "SubnetId", subnet));
  }

  /** A cluster of two servers in a network. */
  private void cluster(String region, Made made, String name, Optional<String> global) {
    try (RdsClient rds = access.in(region).client(RdsClient.builder())) {
      rds.createDBSubnetGroup(
          r -> r.dbSubnetGroupName(name).dbSubnetGroupDescription("d").subnetIds(made.isolated()));
      rds.createDBCluster(
          r -> {
            r.dbClusterIdentifier(name)
                .engine("aurora-postgresql")
                .databaseName("orders")
                .dbSubnetGroupName(name)
                .vpcSecurityGroupIds(made.group())
                .masterUsername("boss");
            if (global.isPresent()) {
              r.globalClusterIdentifier(global.get()).masterUserPassword("not-so-secret");
            } else {
              r.manageMasterUserPassword(true);
            }
          });
      rds.createDBInstance(
          r ->
              r.dbInstanceIdentifier(name + "-1")
                  .dbClusterIdentifier(name)
                  .dbSubnetGroupName(name)
                  .dbInstanceClass("db.r6g.large")
                  .engine("aurora-postgresql"));
    }
  }

  private void instance(String engine, String name) {
    try (RdsClient rds = access.client(RdsClient.builder())) {
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

  private HeimdallCommand make(String... arguments) throws Exception {
    return make(aws.endpoint(), List.of(), arguments);
  }

  private HeimdallCommand make(URI endpoint, List<String> answers, String... arguments)
      throws Exception {
    Map<String, String> environment = new TreeMap<>(aws.environment());
    environment.put("AWS_ENDPOINT_URL", endpoint.toString());
    environment.put("AWS_REGION", WEST);
    return run(environment, answers, arguments);
  }

  private HeimdallCommand run(
      Map<String, String> environment, List<String> answers, String... arguments) throws Exception {
    List<String> all = new ArrayList<>(List.of("deployment", "new", "--out=" + file()));
    all.addAll(Arrays.asList(arguments));
    return HeimdallCommand.answered(answers, environment, all.toArray(String[]::new));
  }

  private Path file() {
    return folder.resolve("deployment.json");
  }

  private JsonNode written() throws Exception {
    return JSON.readTree(file().toFile());
  }

  private JsonNode document(String region, String name) throws Exception {
    return JSON.readTree(
        folder.resolve("deployment-documents").resolve(region).resolve(name).toFile());
  }

  /** What the app does before it deploys, and what a node would say. */
  private Deployment judged(HeimdallCommand made) throws Exception {
    assertThat(made.exitCode()).as(made.text()).isZero();
    Deployment read = DeploymentFile.read(file());
    for (var region : read.regions()) {
      HeimdallCommand checked =
          HeimdallCommand.run(
              Map.of(), "check", "--elsewhere", region.documents().initial().orElseThrow());
      assertThat(checked.exitCode()).as(checked.text()).isZero();
    }
    assertThat(made.text())
        .contains("npx aws-cdk@2.1148.1", " bootstrap\n", " deploy --all\n")
        .doesNotContain("not-so-secret");
    return read;
  }

  @Test
  void whatAnAccountHasIsServedWithoutAQuestion() throws Exception {
    Made made = network(WEST, "10.8");
    cluster(WEST, made, "orders", Optional.empty());

    HeimdallCommand command = make("--yes");

    judged(command);
    JsonNode region = written().at("/regions/0");
    assertThat(region.at("/region").asText()).isEqualTo(WEST);
    assertThat(region.at("/network/vpc").asText()).isEqualTo(made.vpc());
    assertThat(region.at("/network/subnets"))
        .extracting(JsonNode::asText)
        .containsExactlyElementsOf(made.subnets());
    assertThat(region.at("/fleet/clients/0").asText()).isEqualTo("10.8.0.0/16");
    assertThat(region.at("/databases/0/cluster").asText()).isEqualTo("orders");
    assertThat(region.at("/databases/0/securityGroup").asText()).isEqualTo(made.group());
    assertThat(region.at("/documents/secrets").isMissingNode()).isTrue();
    JsonNode source = document(WEST, "sources/orders.json");
    assertThat(source.at("/url").asText()).startsWith("jdbc:postgresql://orders.cluster-");
    assertThat(source.at("/credentials/secret").asText()).startsWith("rds!cluster-");
    assertThat(source.at("/cluster/arn").asText()).endsWith(":cluster:orders");
    assertThat(document(WEST, "users/boss.json").at("/password/key").asText())
        .isEqualTo("password");
    assertThat(document(WEST, "vdbs/orders.json").at("/proxyProtocol/trusted/0").asText())
        .isEqualTo("${region.addresses}");
    assertThat(written().at("/regions/0/facts/addresses"))
        .isEqualTo(written().at("/regions/0/facts/subnets"))
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
    Made made = network(WEST, "10.8");
    cluster(WEST, made, "orders", Optional.empty());
    try (AwsGate gate = new AwsGate(aws)) {
      gate.refuse("POST / " + action, 403, "AccessDenied", "told to");

      HeimdallCommand command =
          make(
              gate.uri(),
              Arrays.stream(answers.split(", *", -1)).map(String::strip).toList(),
              "--region=eu-west-1",
              "--name=heimdall",
              "--cluster=orders");

      judged(command);
      assertThat(command.text())
          .containsOnlyOnce(
              "! eu-west-1: the permission %s:%s on the resource * is missing"
                  .formatted(service, action));
      assertThat(written().at("/regions/0/network/vpc").asText()).isEqualTo(made.vpc());
      assertThat(written().at("/regions/0/databases/0/securityGroup").asText())
          .isEqualTo(made.group());
    }
  }

  @Test
  void whoIsAskedTooOftenIsAskedAgain() throws Exception {
    cluster(WEST, network(WEST, "10.8"), "orders", Optional.empty());
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
      HeimdallCommand command = make(gate.uri(), List.of(), "--yes");
      judged(command);
      assertThat(command.text()).doesNotContain("! ");
      assertThat(times).hasValue(2);

      gate.refuse("POST / DescribeDBClusters", 400, "Throttling", "Rate exceeded");
      HeimdallCommand never = make(gate.uri(), List.of(), "--yes", "--force");
      assertThat(never.exitCode()).as(never.text()).isEqualTo(2);
      assertThat(never.text())
          .contains("! eu-west-1: rds:DescribeDBClusters is asked too often in this account")
          .contains("Database to serve (ARN or name) is not known: give --cluster");
    }
  }

  @Test
  void anAccountWithNothingToServeSaysSo() throws Exception {
    HeimdallCommand empty = make("--yes");
    assertThat(empty.exitCode()).as(empty.text()).isEqualTo(4);
    assertThat(empty.text()).contains("there is no database in eu-west-1 that could be served");

    instance("sqlserver-se", "ledger");
    HeimdallCommand other = make("--yes");
    assertThat(other.exitCode()).as(other.text()).isEqualTo(4);
    assertThat(other.text())
        .contains("found ledger: is not served: its engine is sqlserver-se, and nodes speak to");
    assertThat(make("--yes", "--cluster=ledger").text()).contains("ledger is not served");
    assertThat(make("--yes", "--cluster=orders").text())
        .contains("there is no database orders in eu-west-1; there are ledger");
    assertThat(file()).doesNotExist();
  }

  @Test
  void severalDatabasesHavePortsAndUsersOfTheirOwnAndSecretsThatPeopleKeep() throws Exception {
    instance("mysql", "shop");
    instance("mariadb", "stock");
    try (SecretsManagerClient secrets = access.client(SecretsManagerClient.builder())) {
      secrets.createSecret(
          r ->
              r.name("prod/shop")
                  .kmsKeyId(
                      "arn:aws:kms:eu-west-1:123456789012:key/0a1b2c3d-0a1b-2c3d-4e5f-0a1b2c3d4e5f")
                  .secretString("{\"username\": \"u\", \"password\": \"not-so-secret\"}"));
    }

    HeimdallCommand command =
        make(
            "--yes",
            "--secret=shop=prod/shop",
            "--vpc=new",
            "--name=both",
            "--clients=sg-0a1b2c3d, 10.0.0.0/8");

    judged(command);
    JsonNode region = written().at("/regions/0");
    assertThat(region.at("/fleet/ports")).isEqualTo(JSON.readTree("[3306, 3307]"));
    assertThat(region.at("/fleet/clients")).isEqualTo(JSON.readTree("[\"10.0.0.0/8\"]"));
    assertThat(region.at("/fleet/clientGroups")).isEqualTo(JSON.readTree("[\"sg-0a1b2c3d\"]"));
    assertThat(region.at("/network/addresses").asText()).isEqualTo("10.40.0.0/16");
    assertThat(region.at("/documents/secrets"))
        .isEqualTo(JSON.readTree("[\"prod/shop\", \"both/databases/stock\"]"));
    assertThat(region.at("/documents/secretKeys/0").asText()).contains(":key/0a1b2c3d");
    assertThat(document(WEST, "users/admin.json").at("/vdbs/0").asText()).isEqualTo("shop");
    assertThat(document(WEST, "users/admin_stock.json").at("/vdbs/0").asText()).isEqualTo("stock");
    assertThat(command.text())
        .contains("create-secret --region eu-west-1 --name both/databases/stock")
        .doesNotContain("--name prod/shop");
  }

  @Test
  void aGlobalClusterIsServedInItsRegions() throws Exception {
    Made west = network(WEST, "10.8");
    Made east = network(EAST, "10.9");
    try (RdsClient rds = access.client(RdsClient.builder())) {
      rds.createGlobalCluster(r -> r.globalClusterIdentifier("shop").engine("aurora-postgresql"));
    }
    cluster(WEST, west, "shop-west", Optional.of("shop"));
    cluster(EAST, east, "shop-east", Optional.of("shop"));
    String arn;
    try (RdsClient rds = access.client(RdsClient.builder())) {
      arn = rds.describeGlobalClusters().globalClusters().get(0).globalClusterArn();
    }

    HeimdallCommand command = make("--yes", "--cluster=" + arn);

    Deployment read = judged(command);
    assertThat(read.regions()).extracting("region").containsExactlyInAnyOrder(WEST, EAST);
    for (JsonNode region : written().get("regions")) {
      String name = region.get("region").asText();
      Made made = name.equals(WEST) ? west : east;
      assertThat(region.at("/network/vpc").asText()).isEqualTo(made.vpc());
      assertThat(region.at("/databases/0/securityGroup").asText()).isEqualTo(made.group());
      JsonNode source = document("", "sources/shop.json");
      assertThat(source.at("/url").asText()).isEqualTo("${region.shop-url}");
      assertThat(region.at("/facts/shop-url").asText())
          .startsWith(
              "jdbc:postgresql://shop-" + (name.equals(WEST) ? "west" : "east") + ".cluster-")
          .contains("." + name + ".rds.amazonaws.com");
      assertThat(source.at("/cluster/arn").asText()).isEqualTo(arn);
      assertThat(source.at("/credentials/secret").asText()).isEqualTo("heimdall/databases/shop");
    }
    assertThat(command.text())
        .contains("create-secret --region eu-west-1", "create-secret --region us-east-1")
        .contains("the networks have to be peered");
  }

  @Test
  void withoutCredentialsOptionsAreEnough() throws Exception {
    HeimdallCommand command =
        run(
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

    judged(command);
    assertThat(command.text().lines().filter(line -> line.startsWith("!")))
        .singleElement()
        .asString()
        .startsWith("! there are no AWS credentials");
    JsonNode region = written().at("/regions/0");
    assertThat(region.at("/cache/replicas").asInt(-1)).isZero();
    assertThat(region.at("/databases/0"))
        .isEqualTo(
            JSON.readTree(
                "{\"cluster\": \"orders\", \"iamUsers\": [\"app\"], \"securityGroup\":"
                    + " \"sg-0a1b2c3d\", \"port\": 3306}"));
    assertThat(document(WEST, "sources/orders.json").at("/credentials"))
        .isEqualTo(JSON.readTree("{\"iam\": true}"));
  }

  @Test
  void whatIsThereIsNotOverwritten() throws Exception {
    cluster(WEST, network(WEST, "10.8"), "orders", Optional.empty());
    Files.writeString(file(), "{}");

    HeimdallCommand kept = make("--yes");
    assertThat(kept.exitCode()).as(kept.text()).isEqualTo(5);
    assertThat(kept.text()).contains("is there already: give --force to overwrite it");
    assertThat(file()).hasContent("{}");

    judged(make("--yes", "--force"));
  }

  @Test
  void anAnswerThatCannotBeIsAskedAgainAndAnEndOfAnswersIsSaid() throws Exception {
    cluster(WEST, network(WEST, "10.8"), "orders", Optional.empty());

    HeimdallCommand command =
        make(
            aws.endpoint(),
            List.of("eu", "eu-west-1", "Not A Name", "shop", "0.0.0.0/0", "10.8.0.0/16"));
    judged(command);
    assertThat(command.text())
        .contains("\"Not A Name\", expected 1 to 20 small letters")
        .contains("\"0.0.0.0/0\", expected a network of IPv4 such as 10.0.0.0/16");
    assertThat(written().at("/fleetName").asText()).isEqualTo("shop");

    HeimdallCommand silent = make(aws.endpoint(), List.of(), "--force", "--region=eu-west-1");
    assertThat(silent.exitCode()).as(silent.text()).isEqualTo(2);
    assertThat(silent.text())
        .contains("Name of the fleet has no answer: give --name, or --yes to take defaults");
  }
}
