package dev.heimdall.routing;

import dev.heimdall.routing.AccountNetwork.Way;
import dev.heimdall.routing.call.XmlPart;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Asks the EC2 API of a region about networks. Its methods wait for the network and never fail;
 * each call is made once. For one thread.
 */
public final class NetworkReader implements AutoCloseable {
  private static final String EVERYWHERE = "0.0.0.0/0";
  private static final String ROUTES = "routeSet";

  /**
   * Fields in which a route names its target; the route of a NAT gateway has no other, for
   * instance.
   */
  private static final List<String> TARGETS =
      List.of(
          "natGatewayId",
          "transitGatewayId",
          "instanceId",
          "networkInterfaceId",
          "vpcPeeringConnectionId",
          "coreNetworkArn",
          "gatewayId");

  /**
   * States of a peering connection that both sides have agreed to, and of one that waits for it.
   */
  private static final List<String> ACCEPTED = List.of("provisioning", "active");

  private static final List<String> REQUESTED = List.of("initiating-request", "pending-acceptance");

  private final Ec2Query ec2;

  /** Sends no request yet. */
  public NetworkReader(AwsAccess access) {
    ec2 = new Ec2Query(access);
  }

  /**
   * Reads the properties of a network; empty if queries about it are denied, or it does not exist.
   *
   * @param troubles gets what could not be found out
   */
  public Optional<AccountNetwork> read(String vpc, Collection<AwsTrouble> troubles) {
    List<String> addresses = taken(addresses(vpc), troubles);
    List<AccountNetwork.Subnet> subnets = taken(subnets(vpc), troubles);
    AccountNetwork known =
        new AccountNetwork(vpc, addresses, subnets, taken(routeTables(vpc), troubles));
    return addresses.isEmpty() && subnets.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new AccountNetwork(
                vpc,
                addresses,
                subnets.stream()
                    .map(
                        one ->
                            new AccountNetwork.Subnet(
                                one.id(),
                                one.zone(),
                                one.addresses(),
                                one.name(),
                                known.table(one.id()).map(NetworkReader::way).orElse(Way.UNKNOWN)))
                    .toList(),
                known.tables()));
  }

  private static <T> List<T> taken(Ec2Query.Answer<T> answer, Collection<AwsTrouble> troubles) {
    troubles.addAll(answer.troubles());
    return answer.found();
  }

  /** The addresses of all networks of the region. */
  public List<String> allAddresses(Collection<AwsTrouble> troubles) {
    List<String> found = new ArrayList<>();
    troubles.addAll(
        ec2.pages(
            "DescribeVpcs",
            Map.of(),
            page -> page.items("vpcSet").forEach(one -> blocks(one, found))));
    return List.copyOf(found);
  }

  /** The peering connections of a network with others, whichever of both has requested them. */
  public List<AccountNetwork.Peering> peerings(String vpc, Collection<AwsTrouble> troubles) {
    List<AccountNetwork.Peering> found = new ArrayList<>();
    for (String side : List.of("requester", "accepter")) {
      troubles.addAll(
          ec2.pages(
              "DescribeVpcPeeringConnections",
              Map.of("Filter.1.Name", side + "-vpc-info.vpc-id", "Filter.1.Value.1", vpc),
              page ->
                  page.items("vpcPeeringConnectionSet").stream()
                      .filter(one -> is(one, ACCEPTED) || is(one, REQUESTED))
                      .map(NetworkReader::peering)
                      .forEach(found::add)));
    }
    return List.copyOf(found);
  }

  private static boolean is(XmlPart peering, List<String> states) {
    return peering.parts("status").stream()
        .anyMatch(status -> states.contains(status.text("code")));
  }

  private static AccountNetwork.Peering peering(XmlPart one) {
    Map<String, String> tags = new HashMap<>();
    one.items("tagSet").forEach(tag -> tags.put(tag.text("key"), tag.text("value")));
    return new AccountNetwork.Peering(
        one.text("vpcPeeringConnectionId"),
        is(one, ACCEPTED),
        vpc(one, "accepterVpcInfo"),
        Set.of(vpc(one, "requesterVpcInfo"), vpc(one, "accepterVpcInfo")),
        tags);
  }

  private static String vpc(XmlPart peering, String side) {
    return peering.parts(side).stream().map(one -> one.text("vpcId")).findFirst().orElse(side);
  }

  Ec2Query.Answer<String> addresses(String vpc) {
    List<String> found = new ArrayList<>();
    return answer("DescribeVpcs", vpc, "vpcSet", one -> blocks(one, found), found);
  }

  private static void blocks(XmlPart vpc, Collection<String> found) {
    Stream.concat(
            Stream.of(vpc.text("cidrBlock")),
            vpc.items("cidrBlockAssociationSet").stream()
                .filter(
                    block ->
                        block.parts("cidrBlockState").stream()
                            .allMatch(state -> state.text("state").equals("associated")))
                .map(block -> block.text("cidrBlock")))
        .filter(block -> !block.isEmpty() && !found.contains(block))
        .forEach(found::add);
  }

  Ec2Query.Answer<AccountNetwork.Subnet> subnets(String vpc) {
    List<AccountNetwork.Subnet> found = new ArrayList<>();
    return answer(
        "DescribeSubnets",
        vpc,
        "subnetSet",
        one ->
            found.add(
                new AccountNetwork.Subnet(
                    one.text("subnetId"),
                    one.text("availabilityZone"),
                    one.text("cidrBlock"),
                    one.items("tagSet").stream()
                        .filter(tag -> tag.text("key").equals("Name"))
                        .map(tag -> tag.text("value"))
                        .findFirst()
                        .orElse(""),
                    Way.UNKNOWN)),
        found);
  }

  Ec2Query.Answer<AccountNetwork.RouteTable> routeTables(String vpc) {
    List<AccountNetwork.RouteTable> found = new ArrayList<>();
    return answer(
        "DescribeRouteTables",
        vpc,
        "routeTableSet",
        one ->
            found.add(
                new AccountNetwork.RouteTable(
                    one.text("routeTableId"),
                    one.items("associationSet").stream()
                        .anyMatch(each -> each.text("main").equals("true")),
                    one.items("associationSet").stream()
                        .map(each -> each.text("subnetId"))
                        .filter(id -> !id.isEmpty())
                        .toList(),
                    one.items(ROUTES).stream().flatMap(route -> route(route).stream()).toList())),
        found);
  }

  private static Optional<AccountNetwork.Route> route(XmlPart route) {
    String to = route.text("destinationCidrBlock");
    return to.isEmpty() || route.text("state").equals("blackhole")
        ? Optional.empty()
        : TARGETS.stream()
            .map(route::text)
            .filter(id -> !id.isEmpty())
            .findFirst()
            .map(by -> new AccountNetwork.Route(to, by));
  }

  private static Way way(AccountNetwork.RouteTable table) {
    return table.routes().stream()
        .filter(route -> route.to().equals(EVERYWHERE))
        .map(route -> route.by().startsWith("igw-") ? Way.PUBLIC : Way.PRIVATE)
        .findFirst()
        .orElse(Way.NONE);
  }

  private <T> Ec2Query.Answer<T> answer(
      String action, String vpc, String set, Ec2Query.Reader reader, List<T> found) {
    Map<String, String> question = new TreeMap<>();
    question.put("Filter.1.Name", "vpc-id");
    question.put("Filter.1.Value.1", vpc);
    List<AwsTrouble> troubles =
        ec2.pages(action, question, page -> page.items(set).forEach(reader::read));
    return new Ec2Query.Answer<>(found, troubles);
  }

  /** Names and networks of security groups. */
  public List<AccountNetwork.Group> groups(
      Collection<String> ids, Collection<AwsTrouble> troubles) {
    if (ids.isEmpty()) {
      return List.of();
    }
    Map<String, String> question = new TreeMap<>();
    question.put("Filter.1.Name", "group-id");
    int number = 0;
    for (String id : ids) {
      question.put("Filter.1.Value." + ++number, id);
    }
    List<AccountNetwork.Group> found = new ArrayList<>();
    troubles.addAll(
        ec2.pages(
            "DescribeSecurityGroups",
            question,
            page ->
                page.items("securityGroupInfo")
                    .forEach(
                        one ->
                            found.add(
                                new AccountNetwork.Group(
                                    one.text("groupId"),
                                    one.text("groupName"),
                                    Optional.of(one.text("vpcId")).filter(id -> !id.isEmpty()))))));
    return List.copyOf(found);
  }

  @Override
  public void close() {
    ec2.close();
  }
}
