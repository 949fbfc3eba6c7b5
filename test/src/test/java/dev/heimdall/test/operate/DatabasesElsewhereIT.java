package dev.heimdall.test.operate;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.heimdall.cdk.config.Deployment;
import dev.heimdall.cdk.config.Join;
import dev.heimdall.test.fixture.AwsEmulator;
import dev.heimdall.test.fixture.AwsGate;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.rds.RdsClient;

/** {@code heimdall deployment new} for nodes in another network than databases, on the emulator. */
@Tag("long")
class DatabasesElsewhereIT {
  private static final String WEST = "eu-west-1";
  private static final String EAST = "us-east-1";
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path folder;

  private DatabaseAccount account;

  @BeforeEach
  void forget() {
    AwsEmulator aws = AwsEmulator.shared();
    aws.reset();
    account = new DatabaseAccount(aws, folder);
  }

  private JsonNode network(int region) throws Exception {
    return account.written().at("/regions/%d/network".formatted(region));
  }

  private JsonNode peer(String region, DatabaseAccount.Made made, String addresses)
      throws Exception {
    return JSON.createObjectNode()
        .put("vpc", made.vpc())
        .put("addresses", addresses)
        .set("routeTables", JSON.createArrayNode().add(account.mainTable(region, made.vpc())));
  }

  @Test
  void theNetworkThatIsMadeIsPeeredWithThatOfTheDatabases() throws Exception {
    DatabaseAccount.Made made = account.network(WEST, "10.40");
    account.cluster(WEST, made, "orders", Optional.empty());

    HeimdallCommand command = account.make("--yes", "--vpc=new");

    Deployment read = account.judged(command);
    assertThat(read.join()).isEqualTo(Join.NONE);
    assertThat(network(0).get("addresses").asText()).as("others").isEqualTo("10.41.0.0/16");
    assertThat(network(0).get("peered")).containsExactly(peer(WEST, made, "10.40.0.0/16"));
    assertThat(account.written().at("/regions/0/databases/0/securityGroup").asText())
        .isEqualTo(made.group());
    assertThat(account.written().at("/regions/0/fleet/clients"))
        .as("who uses the databases is where they are")
        .isEqualTo(JSON.readTree("[\"10.40.0.0/16\", \"10.41.0.0/16\"]"));
    assertThat(command.text())
        .contains(
            "eu-west-1: %s, in which databases are, is connected with the nodes' network by the"
                    .formatted(made.vpc())
                + " deployment, by a peering connection with routes.")
        .doesNotContain("aws ec2 ", "! ");
  }

  @Test
  void databasesInSeveralNetworksAreServedFromOneOfThem() throws Exception {
    DatabaseAccount.Made orders = account.network(WEST, "10.8");
    DatabaseAccount.Made stock = account.network(WEST, "10.9");
    account.cluster(WEST, orders, "orders", Optional.empty());
    account.cluster(WEST, stock, "stock", Optional.empty());

    HeimdallCommand command = account.make("--yes", "--vpc=" + orders.vpc());

    account.judged(command);
    assertThat(network(0).get("vpc").asText()).isEqualTo(orders.vpc());
    assertThat(network(0).get("addresses").asText()).isEqualTo("10.8.0.0/16");
    assertThat(network(0).get("routeTables")).hasSize(3);
    assertThat(network(0).get("peered")).containsExactly(peer(WEST, stock, "10.9.0.0/16"));
  }

  @Test
  void whatIsConnectedAlreadyStaysAsItIs() throws Exception {
    DatabaseAccount.Made orders = account.network(WEST, "10.8");
    DatabaseAccount.Made stock = account.network(WEST, "10.9");
    account.cluster(WEST, orders, "orders", Optional.empty());
    account.cluster(WEST, stock, "stock", Optional.empty());
    String peering =
        account.ec2(
            WEST,
            "vpcPeeringConnectionId",
            "CreateVpcPeeringConnection",
            Map.of("VpcId", orders.vpc(), "PeerVpcId", stock.vpc()));

    HeimdallCommand waiting = account.make("--yes", "--vpc=" + orders.vpc());
    assertThat(waiting.text())
        .contains(
            "aws ec2 accept-vpc-peering-connection --region eu-west-1 --vpc-peering-connection-id "
                + peering);
    account.ec2(
        WEST, "code", "AcceptVpcPeeringConnection", Map.of("VpcPeeringConnectionId", peering));

    HeimdallCommand command = account.make("--yes", "--force", "--vpc=" + orders.vpc());

    account.judged(command);
    assertThat(network(0).has("peered")).isFalse();
    assertThat(network(0).has("addresses")).isFalse();
    assertThat(command.text())
        .contains("is connected with the nodes' by %s already.".formatted(peering))
        .contains(
            "aws ec2 create-route --region eu-west-1 --route-table-id %s --destination-cidr-block"
                    .formatted(account.mainTable(WEST, stock.vpc()))
                + " 10.8.0.0/16 --vpc-peering-connection-id "
                + peering)
        .doesNotContain("accept-vpc");

    // One that an earlier deployment of the fleet has made is its own.
    account.ec2(
        WEST,
        "return",
        "CreateTags",
        Map.of("ResourceId.1", peering, "Tag.1.Key", "heimdall:fleet", "Tag.1.Value", "heimdall"));
    account.judged(account.make("--yes", "--force", "--vpc=" + orders.vpc()));
    assertThat(network(0).get("peered")).hasSize(1);
  }

  @Test
  void regionsOfAGlobalClusterAreConnectedWithAllOfItsNetworks() throws Exception {
    DatabaseAccount.Made west = account.network(WEST, "10.40");
    DatabaseAccount.Made east = account.network(EAST, "10.41");
    try (RdsClient rds = account.access().client(RdsClient.builder())) {
      rds.createGlobalCluster(r -> r.globalClusterIdentifier("shop").engine("aurora-postgresql"));
    }
    account.cluster(WEST, west, "shop-west", Optional.of("shop"));
    account.cluster(EAST, east, "shop-east", Optional.of("shop"));
    String arn;
    try (RdsClient rds = account.access().client(RdsClient.builder())) {
      arn = rds.describeGlobalClusters().globalClusters().get(0).globalClusterArn();
    }

    HeimdallCommand command =
        account.make("--yes", "--cluster=" + arn, "--vpc=eu-west-1=new", "--vpc=us-east-1=new");

    Deployment read = account.judged(command);
    assertThat(read.join()).isEqualTo(Join.PEERING);
    Map<String, String> made = new TreeMap<>();
    for (JsonNode region : account.written().get("regions")) {
      boolean first = region.get("region").asText().equals(WEST);
      assertThat(region.at("/network/peered"))
          .containsExactly(
              peer(
                  region.get("region").asText(),
                  first ? west : east,
                  first ? "10.40.0.0/16" : "10.41.0.0/16"));
      made.put(region.get("region").asText(), region.at("/network/addresses").asText());
    }
    assertThat(made.values()).containsExactlyInAnyOrder("10.42.0.0/16", "10.43.0.0/16");
    assertThat(read.peeredElsewhere(read.regions().get(0))).hasSize(1);
    assertThat(command.text()).doesNotContain("aws ec2 ", "have to be connected");
  }

  @Test
  void networksOfDatabasesThatCannotBeToldApartAreNotJoined() throws Exception {
    account.cluster(WEST, account.network(WEST, "10.8"), "orders", Optional.empty());
    account.cluster(EAST, account.network(EAST, "10.8"), "stock", Optional.empty());

    HeimdallCommand command =
        account.make(
            "--yes",
            "--region=" + WEST,
            "--region=" + EAST,
            "--vpc=eu-west-1=new",
            "--vpc=us-east-1=new");

    assertThat(account.judged(command).join()).isEqualTo(Join.NONE);
    assertThat(network(0).get("peered")).hasSize(1);
    assertThat(network(1).get("peered")).hasSize(1);
    assertThat(command.text()).contains("have the same addresses, 10.8.0.0/16 and 10.8.0.0/16");
  }

  @Test
  void addressesOfTheDatabasesNetworkAreNotTaken() throws Exception {
    DatabaseAccount.Made made = account.network(WEST, "10.8");
    account.cluster(WEST, made, "orders", Optional.empty());

    HeimdallCommand command = account.make("--yes", "--vpc=new", "--addresses=10.8.128.0/17");

    assertThat(command.exitCode()).as(command.text()).isEqualTo(2);
    assertThat(command.text())
        .contains(
            "--addresses: eu-west-1=10.8.128.0/17 has addresses of %s, 10.8.0.0/16, in which"
                    .formatted(made.vpc())
                + " databases are: nothing connects such networks. Name others, or leave it out");
  }

  @Test
  void aNetworkOfWhichAwsHasNotToldIsNamed() throws Exception {
    DatabaseAccount.Made made = account.network(WEST, "10.8");
    account.cluster(WEST, made, "orders", Optional.empty());
    try (AwsGate gate = new AwsGate(AwsEmulator.shared())) {
      gate.refuse("POST / DescribeVpcs", 403, "AccessDenied", "told to");

      HeimdallCommand command = account.make(gate.uri(), List.of(), "--yes", "--vpc=new");

      account.judged(command);
      assertThat(network(0).has("peered")).isFalse();
      assertThat(command.text())
          .contains("the permission ec2:DescribeVpcs on the resource * is missing")
          .contains(
              made.vpc() + ", in which databases are, is not connected with the nodes' network")
          .contains("Write it into network.peered of the file, or connect both yourself");
    }
  }
}
