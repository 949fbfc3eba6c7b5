package dev.heimdall.cdk.draft;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.heimdall.cdk.config.Deployment;
import dev.heimdall.cdk.config.DeploymentFile;
import dev.heimdall.cdk.config.Join;
import dev.heimdall.model.AuthMethod;
import dev.heimdall.model.AuthRule;
import dev.heimdall.model.Cidr;
import dev.heimdall.model.ClusterKind;
import dev.heimdall.model.Configuration;
import dev.heimdall.model.ConfigurationReader;
import dev.heimdall.model.Engine;
import dev.heimdall.model.OpenReference;
import dev.heimdall.model.RegionFacts;
import dev.heimdall.model.TlsMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a draft writes, as the readers of both kinds of files take it. */
class DraftTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String WEST = "eu-west-1";
  private static final String EAST = "us-east-1";
  private static final String GLOBAL = "arn:aws:rds::123456789012:global-cluster:shop";

  @TempDir private Path folder;

  private static DraftLogIn kept(String user, String secret) {
    return DraftLogIn.bySecret(user, secret, false, Optional.empty());
  }

  private static DraftDatabase aurora(String document, String identifier, DraftLogIn logIn) {
    return new DraftDatabase(
        document,
        Optional.of(identifier),
        ClusterKind.AURORA,
        Engine.POSTGRESQL,
        identifier + ".cluster-abc." + WEST + ".rds.amazonaws.com",
        5432,
        Optional.of("orders"),
        Optional.empty(),
        new DraftDatabase.DraftAccess(
            logIn, Optional.of("cluster-ABC"), Optional.of("sg-0a1b2c3d"), Optional.empty()));
  }

  private static DraftRegion region(String name, String addresses, DraftDatabase... databases) {
    return new DraftRegion(
        name,
        Optional.empty(),
        List.of(),
        List.of(Cidr.parse(addresses)),
        List.of(Cidr.parse("10.0.0.0/16")),
        List.of(),
        List.of(databases),
        DraftRegion.Ways.NONE);
  }

  /** Reads all that it writes. */
  private Map<String, Configuration> read(Draft draft) throws Exception {
    Files.writeString(folder.resolve("deployment.json"), draft.file("documents"));
    Deployment deployment = DeploymentFile.read(folder.resolve("deployment.json"));
    Map<String, Configuration> read = new TreeMap<>();
    for (DraftRegion region : draft.regions()) {
      Path directory = folder.resolve("documents").resolve(draft.directory(region));
      for (Map.Entry<String, String> text : documents(draft, region).entrySet()) {
        Path file = directory.resolve(text.getKey());
        Files.createDirectories(file.getParent());
        Files.writeString(file, text.getValue());
      }
      Path facts =
          Files.writeString(folder.resolve(region.region() + ".json"), draft.judgedWith(region));
      List<OpenReference> open = new ArrayList<>();
      read.put(
          region.region(),
          ConfigurationReader.check(directory, RegionFacts.read(facts), open::add));
      assertThat(open).isEmpty();
      assertThat(deployment.regions().get(draft.regions().indexOf(region)).documents().initial())
          .map(initial -> folder.resolve(initial).normalize())
          .contains(directory.normalize());
    }
    return read;
  }

  private static SortedMap<String, String> documents(Draft draft, DraftRegion region) {
    return draft.directories().get(draft.directory(region));
  }

  private JsonNode source(Draft draft, int region, String name) throws Exception {
    return JSON.readTree(
        documents(draft, draft.regions().get(region)).get("sources/" + name + ".json"));
  }

  @Test
  void databasesHavePortsAndUsersOfTheirOwn() throws Exception {
    Draft draft =
        new Draft(
            "heimdall",
            List.of(
                region(
                    WEST,
                    "10.40.0.0/16",
                    aurora("orders", "orders", kept("postgres", "prod/orders")),
                    aurora("stock", "stock", kept("postgres", "prod/stock")),
                    aurora("people", "people", kept("hr", "prod/orders")))),
            Join.NONE,
            Optional.empty());

    Configuration read = read(draft).get(WEST);

    assertThat(read.vdbs().get("orders").ports()).containsExactly(5432);
    assertThat(read.vdbs().get("stock").ports()).containsExactly(5433);
    assertThat(read.users()).containsOnlyKeys("postgres", "postgres_stock", "hr");
    assertThat(read.users().get("postgres_stock").vdbs()).containsExactly("stock");
    assertThat(JSON.readTree(draft.file("d")).at("/regions/0/documents/secrets"))
        .isEqualTo(JSON.readTree("[\"prod/orders\", \"prod/stock\"]"));
  }

  private static Draft sqlServer(Optional<String> certificate) {
    DraftDatabase billing =
        new DraftDatabase(
            "billing",
            Optional.of("billing"),
            ClusterKind.RDS,
            Engine.SQLSERVER,
            "billing.abc." + WEST + ".rds.amazonaws.com",
            1433,
            Optional.of("ledger"),
            Optional.empty(),
            new DraftDatabase.DraftAccess(
                kept("admin", "prod/billing"),
                Optional.empty(),
                Optional.of("sg-0a1b2c3d"),
                certificate));
    return new Draft(
        "heimdall", List.of(region(WEST, "10.40.0.0/16", billing)), Join.NONE, Optional.empty());
  }

  @Test
  void sqlServerIsServedAtItsPortWithACertificateThatNodesMake() throws Exception {
    Draft draft = sqlServer(Optional.empty());

    Configuration read = read(draft).get(WEST);

    assertThat(read.sources().get("billing").url())
        .isEqualTo("jdbc:sqlserver://billing.abc.eu-west-1.rds.amazonaws.com;databaseName=ledger");
    assertThat(read.sources().get("billing").tls().mode()).isEqualTo(TlsMode.VERIFY_FULL);
    assertThat(read.vdbs().get("billing").ports()).containsExactly(1433);
    assertThat(read.vdbs().get("billing").tls().selfSigned()).isTrue();
    assertThat(read.vdbs().get("billing").auth())
        .extracting(AuthRule::method)
        .containsExactly(AuthMethod.PASSWORD);
    assertThat(read.users().get("admin").vdbs()).containsExactly("billing");
    JsonNode region = JSON.readTree(draft.file("d")).at("/regions/0");
    assertThat(region.at("/databases/0/port").asInt()).isEqualTo(1433);
    assertThat(region.at("/fleet/ports")).isEqualTo(JSON.readTree("[1433]"));
  }

  @Test
  void aCertificateInASecretIsReadByNodes() throws Exception {
    Draft draft = sqlServer(Optional.of("prod/node-certificate"));

    Configuration read = read(draft).get(WEST);

    assertThat(read.vdbs().get("billing").tls().selfSigned()).isFalse();
    assertThat(read.vdbs().get("billing").tls().certificate().orElseThrow().isUnread()).isTrue();
    assertThat(JSON.readTree(draft.file("d")).at("/regions/0/documents/secrets"))
        .isEqualTo(JSON.readTree("[\"prod/billing\", \"prod/node-certificate\"]"));
  }

  @Test
  void aGlobalClusterHasTheSamePortEverywhereAndItsSecretInEachRegion() throws Exception {
    DraftDatabase west =
        new DraftDatabase(
            "shop",
            Optional.of("shop-west"),
            ClusterKind.AURORA,
            Engine.MYSQL,
            "shop-west.cluster-abc." + WEST + ".rds.amazonaws.com",
            3306,
            Optional.empty(),
            Optional.of(GLOBAL),
            new DraftDatabase.DraftAccess(
                kept("app", "prod/shop"), Optional.empty(), Optional.empty(), Optional.empty()));
    // A region without a member connects to the writer's.
    DraftDatabase elsewhere =
        new DraftDatabase(
            "shop",
            Optional.empty(),
            west.kind(),
            west.engine(),
            west.host(),
            3306,
            Optional.empty(),
            Optional.of(GLOBAL),
            west.access());
    Draft draft =
        new Draft(
            "heimdall",
            List.of(
                region(
                    WEST,
                    "10.40.0.0/16",
                    aurora("orders", "orders", kept("postgres", "prod/orders")),
                    west),
                region(EAST, "10.41.0.0/16", elsewhere)),
            Join.NONE,
            Optional.empty());

    Map<String, Configuration> read = read(draft);

    assertThat(draft.directories()).containsOnlyKeys(WEST, EAST);
    assertThat(read.get(EAST).vdbs().get("shop").ports()).containsExactly(3306);
    assertThat(read.get(EAST).sources().get("shop").credentialsRegion()).contains(EAST);
    assertThat(read.get(WEST).sources().get("shop").credentialsRegion()).contains(WEST);
    assertThat(source(draft, 0, "shop").at("/credentials/region").isMissingNode()).isTrue();
    JsonNode east = JSON.readTree(draft.file("d")).at("/regions/1");
    assertThat(east.has("databases")).isFalse();
    assertThat(east.at("/documents/secrets/0").asText()).isEqualTo("prod/shop");
  }

  @Test
  void whatRdsManagesIsAllowedByNamingTheDatabase() throws Exception {
    DraftLogIn managed =
        DraftLogIn.bySecret(
            "postgres",
            "rds!cluster-0a1b2c3d-0a1b-2c3d-4e5f-0a1b2c3d4e5f",
            true,
            Optional.of("arn:aws:kms:eu-west-1:123456789012:key/0a1b2c3d"));
    Draft draft =
        new Draft(
            "heimdall",
            List.of(region(WEST, "10.40.0.0/16", aurora("orders", "orders", managed))),
            Join.NONE,
            Optional.empty());

    read(draft);

    JsonNode region = JSON.readTree(draft.file("d")).at("/regions/0");
    assertThat(region.at("/documents/secrets").isMissingNode()).isTrue();
    assertThat(region.at("/documents/secretKeys/0").asText()).endsWith("key/0a1b2c3d");
    assertThat(region.at("/databases/0"))
        .isEqualTo(JSON.readTree("{\"cluster\": \"orders\", \"securityGroup\": \"sg-0a1b2c3d\"}"));
  }

  @Test
  void nodesOfANetworkThatIsThereKnowEachOtherByItsSubnets() throws Exception {
    DraftDatabase database =
        aurora("orders", "orders", new DraftLogIn("app", "p", false, true, Optional.empty()));
    DraftRegion known =
        new DraftRegion(
            WEST,
            Optional.of("vpc-0a1b2c3d"),
            List.of(
                new DraftRegion.Subnet("subnet-0a1b2c3d", Optional.of(Cidr.parse("10.8.0.0/20"))),
                new DraftRegion.Subnet("subnet-0b1c2d3e", Optional.of(Cidr.parse("10.8.16.0/20")))),
            List.of(Cidr.parse("10.8.0.0/16")),
            List.of(),
            List.of("sg-0a1b2c3d"),
            List.of(database),
            DraftRegion.Ways.NONE);
    Draft draft = new Draft("heimdall", List.of(known), Join.NONE, Optional.empty());

    Configuration read = read(draft).get(WEST);

    // Which peerNetworks of node.json refers to, as the deployment writes it.
    assertThat(JSON.readTree(draft.file("d")).at("/regions/0/facts"))
        .isEqualTo(
            JSON.readTree(
                """
                {"subnets": ["10.8.0.0/20", "10.8.16.0/20"], "addresses": ["10.8.0.0/20", "10.8.16.0/20"]}
                """));
    assertThat(read.vdbs().get("orders").proxyProtocol().trusted())
        .extracting(Cidr::toString)
        .containsExactly("10.8.0.0/20", "10.8.16.0/20");
    assertThat(read.sources().get("orders").credentials().iam()).isTrue();
    assertThat(JSON.readTree(draft.file("d")).at("/regions/0/databases/0/iamUsers/0").asText())
        .isEqualTo("app");

    // Larger ones have more addresses than nodes have numbers, and would be rejected.
    DraftRegion large =
        new DraftRegion(
            WEST,
            known.vpc(),
            List.of(
                new DraftRegion.Subnet("subnet-0a1b2c3d", Optional.of(Cidr.parse("10.8.0.0/16")))),
            known.addresses(),
            known.clients(),
            known.clientGroups(),
            known.databases(),
            DraftRegion.Ways.NONE);
    assertThat(
            JSON.readTree(
                    new Draft("heimdall", List.of(large), Join.NONE, Optional.empty()).file("d"))
                .at("/regions/0/facts"))
        .isEqualTo(JSON.readTree("{\"addresses\": [\"10.8.0.0/16\"]}"));
    // A store has no replicas in a single zone.
    assertThat(
            JSON.readTree(
                    new Draft("heimdall", List.of(large), Join.NONE, Optional.empty()).file("d"))
                .at("/regions/0/cache/replicas")
                .asInt(-1))
        .isZero();
  }

  @Test
  void regionsThatDifferInNamesAloneHaveOneSetOfDocuments() throws Exception {
    Draft draft =
        new Draft(
            "heimdall",
            List.of(
                region(WEST, "10.40.0.0/16", member(WEST, "shop-west", "prod/west")),
                region(EAST, "10.41.0.0/16", member(EAST, "shop-east", "prod/east"))),
            Join.NONE,
            Optional.empty());

    Map<String, Configuration> read = read(draft);

    assertThat(draft.directories()).containsOnlyKeys("");
    JsonNode regions = JSON.readTree(draft.file("d")).get("regions");
    assertThat(regions.at("/1/facts"))
        .isEqualTo(
            JSON.readTree(
                """
                {"shop-url": "jdbc:postgresql://shop-east.cluster-abc.us-east-1.rds.amazonaws.com/shop",
                 "shop-secret": "prod/east", "app-secret": "prod/east"}
                """));
    assertThat(regions.at("/0/documents/initial").asText()).isEqualTo("d");
    assertThat(regions.at("/1/documents/initial").asText()).isEqualTo("d");
    assertThat(source(draft, 0, "shop").at("/url").asText()).isEqualTo("${region.shop-url}");
    // What is the same everywhere is said there.
    assertThat(source(draft, 0, "shop").at("/cluster/arn").asText()).isEqualTo(GLOBAL);
    assertThat(read.get(WEST).sources().get("shop").url()).contains("shop-west.cluster-abc");
    assertThat(read.get(EAST).sources().get("shop").url()).contains("shop-east.cluster-abc");
    assertThat(read.get(WEST).vdbs().get("shop").proxyProtocol().trusted())
        .hasToString("[10.40.0.0/16]");
    assertThat(read.get(EAST).vdbs().get("shop").proxyProtocol().trusted())
        .hasToString("[10.41.0.0/16]");
  }

  private static DraftDatabase member(String region, String identifier, String secret) {
    return new DraftDatabase(
        "shop",
        Optional.of(identifier),
        ClusterKind.AURORA,
        Engine.POSTGRESQL,
        identifier + ".cluster-abc." + region + ".rds.amazonaws.com",
        5432,
        Optional.of("shop"),
        Optional.of(GLOBAL),
        new DraftDatabase.DraftAccess(
            kept("app", secret), Optional.empty(), Optional.empty(), Optional.empty()));
  }

  @Test
  void namesOfRdsAreTakenApart() {
    assertThat(RdsEndpoint.of("shop.cluster-abc.eu-west-1.rds.amazonaws.com"))
        .contains(new RdsEndpoint("shop", true, WEST));
    assertThat(RdsEndpoint.of("one.abc.cn-north-1.rds.amazonaws.com.cn"))
        .contains(new RdsEndpoint("one", false, "cn-north-1"));
    for (String other :
        List.of(
            "shop.cluster-ro-abc.eu-west-1.rds.amazonaws.com",
            "p.proxy-abc.eu-west-1.rds.amazonaws.com",
            "shop.global-abc.global.rds.amazonaws.com",
            "db.example.com")) {
      assertThat(RdsEndpoint.of(other)).isEmpty();
    }
  }

  @Test
  void networksThatAreConnectedHaveAddressesAndRouteTables() throws Exception {
    DraftRegion there =
        new DraftRegion(
                WEST,
                Optional.of("vpc-0a1b2c3d"),
                List.of(
                    new DraftRegion.Subnet(
                        "subnet-0a1b2c3d", Optional.of(Cidr.parse("10.8.0.0/24"))),
                    new DraftRegion.Subnet(
                        "subnet-0b1c2d3e", Optional.of(Cidr.parse("10.8.1.0/24")))),
                List.of(Cidr.parse("10.8.0.0/16"), Cidr.parse("10.9.0.0/16")),
                List.of(Cidr.parse("10.0.0.0/16")),
                List.of(),
                List.of(),
                DraftRegion.Ways.NONE)
            .with(List.of(aurora("orders", "orders", kept("postgres", "prod/orders"))))
            .with(
                new DraftRegion.Ways(
                    Optional.of(Cidr.parse("10.8.0.0/16")), List.of("rtb-0a1b2c3d"), List.of()));
    Draft draft =
        new Draft(
            "heimdall",
            List.of(there, region(EAST, "10.41.0.0/16", member(EAST, "shop-east", "prod/east"))),
            Join.PEERING,
            Optional.of("db.example.com"));

    read(draft);

    JsonNode file = JSON.readTree(draft.file("documents"));
    assertThat(file.at("/join").asText()).isEqualTo("peering");
    assertThat(file.get("routing"))
        .isEqualTo(
            JSON.readTree("{\"enabled\": true, \"zone\": \"db.example.com\", \"record\": \"db\"}"));
    assertThat(file.at("/regions/0/network/addresses").asText()).isEqualTo("10.8.0.0/16");
    assertThat(file.at("/regions/0/network/routeTables"))
        .isEqualTo(JSON.readTree("[\"rtb-0a1b2c3d\"]"));
    assertThat(file.at("/regions/1/network/routeTables").isMissingNode()).isTrue();
  }

  @Test
  void networksOfDatabasesArePeeredWithTheOneThatIsMade() throws Exception {
    Draft draft =
        new Draft(
            "heimdall",
            List.of(
                region(
                        WEST,
                        "10.41.0.0/16",
                        aurora("orders", "orders", kept("postgres", "prod/orders")))
                    .with(
                        new DraftRegion.Ways(
                            Optional.empty(),
                            List.of(),
                            List.of(
                                new DraftRegion.Peer(
                                    "vpc-0a1b2c3d",
                                    Cidr.parse("10.40.0.0/16"),
                                    List.of("rtb-0a1b2c3d")),
                                new DraftRegion.Peer(
                                    "vpc-0b1c2d3e", Cidr.parse("10.8.0.0/16"), List.of()))))),
            Join.NONE,
            Optional.empty());

    read(draft);

    assertThat(JSON.readTree(draft.file("documents")).at("/regions/0/network"))
        .isEqualTo(
            JSON.readTree(
                """
                {"addresses": "10.41.0.0/16", "peered": [
                  {"vpc": "vpc-0a1b2c3d", "addresses": "10.40.0.0/16", "routeTables": ["rtb-0a1b2c3d"]},
                  {"vpc": "vpc-0b1c2d3e", "addresses": "10.8.0.0/16"}]}
                """));
  }
}
