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
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import software.amazon.awssdk.services.rds.RdsClient;

/**
 * An account with networks and databases in the emulator, and what {@code heimdall deployment new}
 * writes of it.
 */
final class DatabaseAccount {
  private static final String HOME = "eu-west-1";
  private static final ObjectMapper JSON = new ObjectMapper();

  private final AwsEmulator aws;
  private final AwsAccess access;
  private final Path folder;

  /**
   * Empty at first.
   *
   * @param folder where files are written
   */
  DatabaseAccount(AwsEmulator aws, Path folder) {
    this.aws = aws;
    this.folder = folder;
    access = aws.access(HOME);
  }

  AwsAccess access() {
    return access;
  }

  /** A network with two zones: private, public and isolated subnets in each. */
  record Made(String vpc, List<String> subnets, List<String> isolated, String group) {}

  String ec2(String region, String part, String action, Map<String, String> parameters)
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

  Made network(String region, String beginning) throws Exception {
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
  void cluster(String region, Made made, String name, Optional<String> global) {
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

  HeimdallCommand make(String... arguments) throws Exception {
    return make(aws.endpoint(), List.of(), arguments);
  }

  HeimdallCommand make(URI endpoint, List<String> answers, String... arguments) throws Exception {
    Map<String, String> environment = new TreeMap<>(aws.environment());
    environment.put("AWS_ENDPOINT_URL", endpoint.toString());
    environment.put("AWS_REGION", HOME);
    return run(environment, answers, arguments);
  }

  HeimdallCommand run(Map<String, String> environment, List<String> answers, String... arguments)
      throws Exception {
    List<String> all = new ArrayList<>(List.of("deployment", "new", "--out=" + file()));
    all.addAll(Arrays.asList(arguments));
    return HeimdallCommand.answered(answers, environment, all.toArray(String[]::new));
  }

  Path file() {
    return folder.resolve("deployment.json");
  }

  JsonNode written() throws Exception {
    return JSON.readTree(file().toFile());
  }

  JsonNode document(String region, String name) throws Exception {
    return JSON.readTree(
        folder.resolve("deployment-documents").resolve(region).resolve(name).toFile());
  }

  /** What the app does before it deploys, and what a node would say. */
  Deployment judged(HeimdallCommand made) throws Exception {
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

  /** The table of subnets that have none of their own. */
  String mainTable(String region, String vpc) throws Exception {
    return ec2(
        region,
        "routeTableId",
        "DescribeRouteTables",
        Map.of(
            "Filter.1.Name",
            "association.main",
            "Filter.1.Value.1",
            "true",
            "Filter.2.Name",
            "vpc-id",
            "Filter.2.Value.1",
            vpc));
  }
}
