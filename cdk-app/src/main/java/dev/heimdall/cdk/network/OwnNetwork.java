package dev.heimdall.cdk.network;

import dev.heimdall.cdk.config.Network;
import dev.heimdall.cdk.config.NetworkRoute;
import dev.heimdall.cdk.fleet.ZoneGroup;
import dev.heimdall.cdk.nag.Reasons;
import dev.heimdall.model.Cidr;
import java.util.List;
import java.util.stream.IntStream;
import software.amazon.awscdk.CfnOutput;
import software.amazon.awscdk.Fn;
import software.amazon.awscdk.RemovalPolicy;
import software.amazon.awscdk.TagProps;
import software.amazon.awscdk.Tags;
import software.amazon.awscdk.services.ec2.CfnRoute;
import software.amazon.awscdk.services.ec2.FlowLogDestination;
import software.amazon.awscdk.services.ec2.FlowLogOptions;
import software.amazon.awscdk.services.ec2.FlowLogTrafficType;
import software.amazon.awscdk.services.ec2.GatewayVpcEndpointAwsService;
import software.amazon.awscdk.services.ec2.GatewayVpcEndpointOptions;
import software.amazon.awscdk.services.ec2.ISubnet;
import software.amazon.awscdk.services.ec2.InterfaceVpcEndpointAwsService;
import software.amazon.awscdk.services.ec2.InterfaceVpcEndpointOptions;
import software.amazon.awscdk.services.ec2.IpAddresses;
import software.amazon.awscdk.services.ec2.SubnetConfiguration;
import software.amazon.awscdk.services.ec2.SubnetType;
import software.amazon.awscdk.services.ec2.Vpc;
import software.amazon.awscdk.services.logs.LogGroup;
import software.amazon.awscdk.services.logs.RetentionDays;
import software.constructs.Construct;

/**
 * A network of its own: private subnets for nodes and stores, public ones for nothing but the NAT
 * gateways, and endpoints of AWS services where they are wished. S3 always has one: it costs
 * nothing, and the release, the system's packages and the documents come from there.
 */
public final class OwnNetwork extends Construct {
  private static final int MOST_ZONES = 6;

  /** The longest prefix of a network that has room for all of them. */
  private static final int MOST_FOR_ALL_ZONES = 23;

  private final Vpc vpc;

  /**
   * @param fleet whose network it is, as its tag says
   * @param addresses those of the network
   * @param topics whether topics of SNS are told anything from here
   * @param sessions whether people open shells on instances by Session Manager
   */
  public OwnNetwork(
      Construct scope,
      String id,
      String fleet,
      Network network,
      Cidr addresses,
      boolean topics,
      boolean sessions) {
    super(scope, id);
    boolean nat = network.natGateways() > 0;
    int nodes = nodeMask(addresses);
    List<SubnetConfiguration> layers =
        nat
            ? List.of(
                layer("Nodes", SubnetType.PRIVATE_WITH_EGRESS, nodes),
                layer("Gateways", SubnetType.PUBLIC, nodes < 26 ? 27 : 28))
            : List.of(layer("Nodes", SubnetType.PRIVATE_ISOLATED, nodes));
    vpc =
        Vpc.Builder.create(this, "Network")
            .ipAddresses(IpAddresses.cidr(addresses.toString()))
            .availabilityZones(zones(network.zones()))
            .reservedAzs(room(addresses) - network.zones())
            .natGateways(network.natGateways())
            .restrictDefaultSecurityGroup(false)
            .subnetConfiguration(layers)
            .build();
    // What connects networks may touch those that have it, and their routes.
    Tags.of(vpc)
        .add(
            ZoneGroup.FLEET_TAG,
            fleet,
            TagProps.builder()
                .includeResourceTypes(List.of("AWS::EC2::VPC", "AWS::EC2::RouteTable"))
                .build());
    vpc.addGatewayEndpoint(
        "S3", GatewayVpcEndpointOptions.builder().service(GatewayVpcEndpointAwsService.S3).build());
    if (network.endpoints()) {
      endpoint("Rds", InterfaceVpcEndpointAwsService.RDS);
      endpoint("Ec2", InterfaceVpcEndpointAwsService.EC2);
      endpoint("Secrets", InterfaceVpcEndpointAwsService.SECRETS_MANAGER);
      endpoint("Keys", InterfaceVpcEndpointAwsService.KMS);
      endpoint("Metrics", InterfaceVpcEndpointAwsService.CLOUDWATCH_MONITORING);
      endpoint("Logs", InterfaceVpcEndpointAwsService.CLOUDWATCH_LOGS);
      endpoint("AutoScaling", InterfaceVpcEndpointAwsService.AUTOSCALING);
      endpoint("ElastiCache", InterfaceVpcEndpointAwsService.ELASTICACHE);
      endpoint("CloudFormation", InterfaceVpcEndpointAwsService.CLOUDFORMATION);
      if (topics) {
        endpoint("Topics", InterfaceVpcEndpointAwsService.SNS);
      }
      if (sessions) {
        endpoint("Sessions", InterfaceVpcEndpointAwsService.SSM);
        endpoint("SessionMessages", InterfaceVpcEndpointAwsService.SSM_MESSAGES);
        endpoint("InstanceMessages", InterfaceVpcEndpointAwsService.EC2_MESSAGES);
      }
    }
    network.routes().forEach(this::route);
    CfnOutput.Builder.create(this, "VpcOutput")
        .description("The network, for a peering or a transit gateway")
        .value(vpc.getVpcId())
        .build();
    CfnOutput.Builder.create(this, "RouteTablesOutput")
        .description("The route tables of the nodes' subnets, for ways to other networks")
        .value(
            Fn.join(
                ",",
                subnets().stream()
                    .map(subnet -> subnet.getRouteTable().getRouteTableId())
                    .toList()))
        .build();
    LogGroup log =
        LogGroup.Builder.create(this, "FlowLog")
            .retention(RetentionDays.ONE_MONTH)
            .removalPolicy(RemovalPolicy.DESTROY)
            .build();
    vpc.addFlowLog(
        "Rejected",
        FlowLogOptions.builder()
            .trafficType(FlowLogTrafficType.REJECT)
            .destination(FlowLogDestination.toCloudWatchLogs(log))
            .build());
  }

  /**
   * For how many zones there is room: a zone that comes or goes must not move the addresses of the
   * others.
   */
  private static int room(Cidr addresses) {
    return addresses.prefix() <= MOST_FOR_ALL_ZONES ? MOST_ZONES : MOST_ZONES / 2;
  }

  /** Subnets of a size that the network has room for, with a quarter of it left for gateways. */
  private static int nodeMask(Cidr addresses) {
    int quarters = room(addresses) == MOST_ZONES ? 3 : 2;
    return Math.max(20, addresses.prefix() + quarters);
  }

  /**
   * All zones that a network may have, for its stack: it is looked at when the network is made, and
   * would ask AWS for those of an account.
   */
  public static List<String> zones() {
    return zones(MOST_ZONES);
  }

  /** By number, not by name: names would have to be asked for while this is made. */
  private static List<String> zones(int count) {
    return IntStream.range(0, count).mapToObj(zone -> Fn.select(zone, Fn.getAzs())).toList();
  }

  /**
   * One for each subnet of nodes, by its destination: CloudFormation takes no second one of the
   * same while the first is there.
   */
  private void route(NetworkRoute route) {
    String to = route.to().toString();
    List<ISubnet> subnets = subnets();
    for (int i = 0; i < subnets.size(); i++) {
      CfnRoute.Builder made =
          CfnRoute.Builder.create(this, "Nodes%dTo%s".formatted(i + 1, to.replaceAll("[./]", "x")))
              .routeTableId(subnets.get(i).getRouteTable().getRouteTableId())
              .destinationCidrBlock(to);
      (route.by().startsWith("tgw-")
              ? made.transitGatewayId(route.by())
              : made.vpcPeeringConnectionId(route.by()))
          .build();
    }
  }

  private List<ISubnet> subnets() {
    return vpc.getPrivateSubnets().isEmpty() ? vpc.getIsolatedSubnets() : vpc.getPrivateSubnets();
  }

  /** Network placement of nodes. */
  public Place place() {
    List<ISubnet> subnets = subnets();
    return new Place(vpc, subnets, subnets.stream().map(ISubnet::getIpv4CidrBlock).toList());
  }

  private void endpoint(String id, InterfaceVpcEndpointAwsService service) {
    Reasons.accept(
        vpc.addInterfaceEndpoint(
            id,
            InterfaceVpcEndpointOptions.builder().service(service).privateDnsEnabled(true).build()),
        "CdkNagValidationFailure",
        "Port 443 is open to the network's own addresses, which the rule cannot read here.");
  }

  private static SubnetConfiguration layer(String name, SubnetType type, int mask) {
    SubnetConfiguration.Builder layer =
        SubnetConfiguration.builder().name(name).subnetType(type).cidrMask(mask);
    if (type == SubnetType.PUBLIC) {
      // A gateway brings its address along; nothing else belongs there.
      layer.mapPublicIpOnLaunch(false);
    }
    return layer.build();
  }
}
