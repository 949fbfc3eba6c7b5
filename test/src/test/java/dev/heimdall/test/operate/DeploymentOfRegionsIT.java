package dev.heimdall.test.operate;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.heimdall.cdk.config.Deployment;
import dev.heimdall.cdk.config.Join;
import dev.heimdall.test.fixture.AwsEmulator;
import dev.heimdall.test.fixture.AwsGate;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.rds.RdsClient;
import software.amazon.awssdk.services.secretsmanager.SecretsManagerClient;

/** {@code heimdall deployment new} for several regions, against the emulator. */
@Tag("long")
class DeploymentOfRegionsIT {
  private static final String WEST = "eu-west-1";
  private static final String EAST = "us-east-1";

  @TempDir private Path folder;

  private DatabaseAccount account;

  @BeforeEach
  void forget() {
    AwsEmulator aws = AwsEmulator.shared();
    aws.reset();
    account = new DatabaseAccount(aws, folder);
  }

  @Test
  void aGlobalClusterIsServedInItsRegions() throws Exception {
    DatabaseAccount.Made west = account.network(WEST, "10.8");
    DatabaseAccount.Made east = account.network(EAST, "10.9");
    try (RdsClient rds = account.access().client(RdsClient.builder())) {
      rds.createGlobalCluster(r -> r.globalClusterIdentifier("shop").engine("aurora-postgresql"));
    }
    account.cluster(WEST, west, "shop-west", Optional.of("shop"));
    account.cluster(EAST, east, "shop-east", Optional.of("shop"));
    String arn;
    try (RdsClient rds = account.access().client(RdsClient.builder())) {
      arn = rds.describeGlobalClusters().globalClusters().get(0).globalClusterArn();
    }

    HeimdallCommand command = account.make("--yes", "--cluster=" + arn);

    Deployment read = account.judged(command);
    assertThat(read.regions()).extracting("region").containsExactlyInAnyOrder(WEST, EAST);
    for (JsonNode region : account.written().get("regions")) {
      String name = region.get("region").asText();
      DatabaseAccount.Made made = name.equals(WEST) ? west : east;
      assertThat(region.at("/network/vpc").asText()).isEqualTo(made.vpc());
      assertThat(region.at("/databases/0/securityGroup").asText()).isEqualTo(made.group());
      JsonNode source = account.document("", "sources/shop.json");
      assertThat(source.at("/url").asText()).isEqualTo("${region.shop-url}");
      assertThat(region.at("/facts/shop-url").asText())
          .startsWith(
              "jdbc:postgresql://shop-" + (name.equals(WEST) ? "west" : "east") + ".cluster-")
          .contains("." + name + ".rds.amazonaws.com");
      assertThat(source.at("/cluster/arn").asText()).isEqualTo(arn);
      assertThat(source.at("/credentials/secret").asText()).isEqualTo("heimdall/databases/shop");
    }
    assertThat(command.text())
        .containsPattern(
            "create-secret --region %s --name heimdall/databases/shop --add-replica-regions"
                    .formatted(read.regions().get(0).region())
                + " Region=%s --secret-string".formatted(read.regions().get(1).region()))
        .containsOnlyOnce("create-secret")
        .contains("db.heimdall.internal leads clients in these networks")
        .contains(
            "The deployment connects the networks of %s and %s by a peering connection"
                .formatted(read.regions().get(0).region(), read.regions().get(1).region()));
    assertThat(read.join()).isEqualTo(Join.PEERING);
    for (JsonNode region : account.written().get("regions")) {
      String name = region.get("region").asText();
      DatabaseAccount.Made made = name.equals(WEST) ? west : east;
      assertThat(region.at("/network/addresses").asText())
          .isEqualTo(name.equals(WEST) ? "10.8.0.0/16" : "10.9.0.0/16");
      Set<String> tables = new TreeSet<>();
      for (String subnet : made.subnets()) {
        tables.add(tableOf(name, subnet));
      }
      // Those of the databases' subnets, which have none of their own.
      tables.add(account.mainTable(name, made.vpc()));
      assertThat(region.at("/network/routeTables"))
          .extracting(JsonNode::asText)
          .containsExactlyElementsOf(tables);
    }
  }

  private String tableOf(String region, String subnet) throws Exception {
    return account.ec2(
        region,
        "routeTableId",
        "DescribeRouteTables",
        Map.of("Filter.1.Name", "association.subnet-id", "Filter.1.Value.1", subnet));
  }

  private String requested(
      DatabaseAccount.Made west, DatabaseAccount.Made east, Map<String, String> more)
      throws Exception {
    Map<String, String> asked = new TreeMap<>(more);
    asked.putAll(Map.of("VpcId", west.vpc(), "PeerVpcId", east.vpc(), "PeerRegion", EAST));
    return account.ec2(WEST, "vpcPeeringConnectionId", "CreateVpcPeeringConnection", asked);
  }

  private String peering(
      DatabaseAccount.Made west, DatabaseAccount.Made east, Map<String, String> more)
      throws Exception {
    String peering = requested(west, east, more);
    account.ec2(
        EAST, "code", "AcceptVpcPeeringConnection", Map.of("VpcPeeringConnectionId", peering));
    return peering;
  }

  private void route(String region, String table, String to, String by, String target)
      throws Exception {
    account.ec2(
        region,
        "return",
        "CreateRoute",
        Map.of("RouteTableId", table, "DestinationCidrBlock", to, target, by));
  }

  /** A cluster in each of two networks, and no global one. */
  private void twoClusters(DatabaseAccount.Made west, DatabaseAccount.Made east) {
    account.cluster(WEST, west, "orders", Optional.empty());
    account.cluster(EAST, east, "stock", Optional.empty());
  }

  private HeimdallCommand makeBoth(String... more) throws Exception {
    List<String> arguments =
        new ArrayList<>(List.of("--yes", "--region=" + WEST, "--region=" + EAST));
    arguments.addAll(Arrays.asList(more));
    return account.make(arguments.toArray(String[]::new));
  }

  @Test
  void networksThatArePeeredStayAsTheyAre() throws Exception {
    DatabaseAccount.Made west = account.network(WEST, "10.8");
    DatabaseAccount.Made east = account.network(EAST, "10.9");
    twoClusters(west, east);
    String peering = peering(west, east, Map.of());
    for (String subnet : west.subnets()) {
      route(WEST, tableOf(WEST, subnet), "10.9.0.0/16", peering, "VpcPeeringConnectionId");
    }
    route(
        WEST, account.mainTable(WEST, west.vpc()), "10.0.0.0/8", peering, "VpcPeeringConnectionId");
    route(
        EAST,
        account.mainTable(EAST, east.vpc()),
        "10.8.0.0/16",
        peering,
        "VpcPeeringConnectionId");

    HeimdallCommand command = makeBoth();

    assertThat(account.judged(command).join()).isEqualTo(Join.EXISTING);
    assertThat(account.written().at("/regions/0/network/addresses").asText())
        .isEqualTo("10.8.0.0/16");
    assertThat(account.written().at("/regions/0/network/routeTables").isMissingNode()).isTrue();
    assertThat(command.text())
        .contains(
            "The networks of eu-west-1 and us-east-1 are connected by %s already"
                .formatted(peering));
    assertThat(command.text().lines().filter(line -> line.contains("create-route")))
        .containsExactlyInAnyOrderElementsOf(
            east.subnets().stream()
                .map(
                    subnet ->
                        "  aws ec2 create-route --region us-east-1 --route-table-id %s"
                                .formatted(table(EAST, subnet))
                            + " --destination-cidr-block 10.8.0.0/16"
                            + " --vpc-peering-connection-id "
                            + peering)
                .toList());
  }

  private String table(String region, String subnet) {
    try {
      return tableOf(region, subnet);
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void networksOfATransitGatewayStayAsTheyAre() throws Exception {
    DatabaseAccount.Made west = account.network(WEST, "10.8");
    DatabaseAccount.Made east = account.network(EAST, "10.9");
    twoClusters(west, east);
    String here = account.ec2(WEST, "transitGatewayId", "CreateTransitGateway", Map.of());
    String there = account.ec2(EAST, "transitGatewayId", "CreateTransitGateway", Map.of());
    for (String subnet : west.subnets()) {
      route(WEST, tableOf(WEST, subnet), "10.0.0.0/8", here, "TransitGatewayId");
    }
    route(WEST, account.mainTable(WEST, west.vpc()), "10.0.0.0/8", here, "TransitGatewayId");
    assertThat(account.judged(makeBoth()).join()).as("nothing leads back").isEqualTo(Join.PEERING);
    for (String subnet : east.subnets()) {
      route(EAST, tableOf(EAST, subnet), "10.0.0.0/8", there, "TransitGatewayId");
    }
    route(EAST, account.mainTable(EAST, east.vpc()), "10.0.0.0/8", there, "TransitGatewayId");

    HeimdallCommand command = makeBoth("--force");

    assertThat(account.judged(command).join()).isEqualTo(Join.EXISTING);
    assertThat(command.text())
        .contains("are connected by %s and %s already".formatted(here, there))
        .doesNotContain("create-route");
    assertThat(account.judged(makeBoth("--force", "--join=none")).join()).isEqualTo(Join.NONE);
    HeimdallCommand wrong = makeBoth("--force", "--join=tgw");
    assertThat(wrong.exitCode()).as(wrong.text()).isEqualTo(2);
    assertThat(wrong.text()).contains("--join: \"tgw\", expected none, peering or existing");
  }

  @Test
  void aConnectionThatTheDeploymentHasMadeStaysItsOwn() throws Exception {
    DatabaseAccount.Made west = account.network(WEST, "10.8");
    DatabaseAccount.Made east = account.network(EAST, "10.9");
    twoClusters(west, east);
    peering(
        west,
        east,
        Map.of(
            "TagSpecification.1.ResourceType", "vpc-peering-connection",
            "TagSpecification.1.Tag.1.Key", "heimdall:fleet",
            "TagSpecification.1.Tag.1.Value", "shop"));

    assertThat(account.judged(makeBoth("--name=shop")).join()).isEqualTo(Join.PEERING);
    assertThat(account.judged(makeBoth("--name=other", "--force")).join()).isEqualTo(Join.EXISTING);
  }

  @Test
  void networksThatAreMadeHaveAddressesOfNoOther() throws Exception {
    DatabaseAccount.Made west = account.network(WEST, "10.40");
    account.cluster(WEST, west, "orders", Optional.empty());
    account.cluster(EAST, account.network(EAST, "10.41"), "stock", Optional.empty());

    HeimdallCommand command = makeBoth("--vpc=us-east-1=new");

    assertThat(account.judged(command).join()).isEqualTo(Join.PEERING);
    assertThat(account.written().at("/regions/0/network/addresses").asText())
        .isEqualTo("10.40.0.0/16");
    assertThat(account.written().at("/regions/1/network/addresses").asText())
        .isEqualTo("10.42.0.0/16");
    assertThat(account.written().at("/regions/1/network/peered/0/addresses").asText())
        .isEqualTo("10.41.0.0/16");
  }

  @Test
  void networksOfTheSameAddressesAreNotConnected() throws Exception {
    twoClusters(account.network(WEST, "10.8"), account.network(EAST, "10.8"));

    HeimdallCommand command = makeBoth();

    assertThat(account.judged(command).join()).isEqualTo(Join.NONE);
    assertThat(command.text())
        .contains(
            "eu-west-1 and us-east-1 have the same addresses, 10.8.0.0/16 and 10.8.0.0/16: nothing"
                + " connects such networks");
    HeimdallCommand wished = makeBoth("--force", "--join=peering");
    assertThat(wished.exitCode()).as(wished.text()).isEqualTo(2);
    assertThat(wished.text()).contains("--join: The networks are not connected. eu-west-1 and");
  }

  @Test
  void aConnectionThatWaitsForTheOtherSideIsAccepted() throws Exception {
    DatabaseAccount.Made west = account.network(WEST, "10.8");
    DatabaseAccount.Made east = account.network(EAST, "10.9");
    twoClusters(west, east);
    String peering = requested(west, east, Map.of());

    HeimdallCommand command = makeBoth();

    assertThat(account.judged(command).join()).isEqualTo(Join.EXISTING);
    assertThat(command.text())
        .contains(
            "  aws ec2 accept-vpc-peering-connection --region us-east-1"
                + " --vpc-peering-connection-id "
                + peering);
  }

  @Test
  void connectionsThatMayNotBeReadAreNamed() throws Exception {
    twoClusters(account.network(WEST, "10.8"), account.network(EAST, "10.9"));
    try (AwsGate gate = new AwsGate(AwsEmulator.shared())) {
      gate.refuse("POST / DescribeVpcPeeringConnections", 403, "AccessDenied", "told to");

      HeimdallCommand command =
          account.make(gate.uri(), List.of(), "--yes", "--region=" + WEST, "--region=" + EAST);

      assertThat(account.judged(command).join()).isEqualTo(Join.PEERING);
      assertThat(command.text())
          .containsOnlyOnce(
              "! eu-west-1: the permission ec2:DescribeVpcPeeringConnections on the resource * is"
                  + " missing");
    }
  }

  private String globalCluster() throws Exception {
    try (RdsClient rds = account.access().client(RdsClient.builder())) {
      rds.createGlobalCluster(r -> r.globalClusterIdentifier("shop").engine("aurora-postgresql"));
    }
    account.cluster(WEST, account.network(WEST, "10.8"), "shop-west", Optional.of("shop"));
    account.cluster(EAST, account.network(EAST, "10.9"), "shop-east", Optional.of("shop"));
    try (RdsClient rds = account.access().client(RdsClient.builder())) {
      return rds.describeGlobalClusters().globalClusters().get(0).globalClusterArn();
    }
  }

  private HeimdallCommand makeGlobal(URI endpoint, List<String> answers, String arn)
      throws Exception {
    return account.make(
        endpoint,
        answers,
        "--cluster=" + arn,
        "--region=" + WEST,
        "--region=" + EAST,
        "--name=heimdall",
        "--clients=10.0.0.0/8",
        "--user=boss",
        "--secret=heimdall/databases/shop",
        "--force");
  }

  @Test
  void aSecretIsMadeInAllRegionsForWhoTypesThePassword() throws Exception {
    String arn = globalCluster();
    try (AwsGate gate = new AwsGate(AwsEmulator.shared())) {
      gate.refuse("CreateSecret", 400, "AccessDeniedException", "told to");
      HeimdallCommand denied = makeGlobal(gate.uri(), List.of("yes", "never-shown"), arn);
      account.judged(denied);
      assertThat(denied.text())
          .contains("the permission secretsmanager:CreateSecret on the resource * is missing")
          .contains("aws secretsmanager create-secret")
          .doesNotContain("never-shown");
    }

    HeimdallCommand command =
        makeGlobal(AwsEmulator.shared().endpoint(), List.of("yes", "never-shown"), arn);

    account.judged(command);
    assertThat(command.text()).doesNotContain("create-secret", "never-shown");
    for (String region : List.of(WEST, EAST)) {
      try (SecretsManagerClient secrets =
          account.access().in(region).client(SecretsManagerClient.builder())) {
        assertThat(
                secrets.getSecretValue(r -> r.secretId("heimdall/databases/shop")).secretString())
            .isEqualTo("{\"username\":\"boss\",\"password\":\"never-shown\"}");
      }
    }
    assertThat(makeGlobal(AwsEmulator.shared().endpoint(), List.of(), arn).text())
        .as("it is there now")
        .doesNotContain("Make the secret", "create-secret");
  }

  @Test
  void aSecretOfOneRegionIsCopiedToTheOthers() throws Exception {
    String arn = globalCluster();
    try (SecretsManagerClient secrets =
        account.access().in(EAST).client(SecretsManagerClient.builder())) {
      secrets.createSecret(r -> r.name("heimdall/databases/shop").secretString("{}"));
    }

    HeimdallCommand command = makeGlobal(AwsEmulator.shared().endpoint(), List.of(), arn);

    account.judged(command);
    assertThat(command.text())
        .contains(
            "  aws secretsmanager replicate-secret-to-regions --region us-east-1 --secret-id"
                + " heimdall/databases/shop --add-replica-regions Region=eu-west-1\n");
  }
}
