package dev.heimdall.routing;

import dev.heimdall.routing.AccountNetwork.Way;
import dev.heimdall.routing.call.XmlPart;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Asks the EC2 API of a region about networks. Its methods wait for the network and never fail;
 * each call is made once. For one thread.
 */
public final class NetworkReader implements AutoCloseable {
  private static final String EVERYWHERE = "0.0.0.0/0";
  private static final String ROUTES = "routeSet";

  /** Targets of a route through which an instance without a public address gets out. */
  private static final List<String> WAYS_OUT =
      List.of(
          "natGatewayId",
          "transitGatewayId",
          "instanceId",
          "networkInterfaceId",
          "vpcPeeringConnectionId",
          "coreNetworkArn");

  private final Ec2Query ec2;

  /** Asks nobody yet. */
  public NetworkReader(AwsAccess access) {
    ec2 = new Ec2Query(access);
  }

  /**
   * What there is of a network; nothing where it may not be asked about, or there is none.
   *
   * @param troubles gets what could not be found out
   */
  public Optional<AccountNetwork> read(String vpc, Collection<AwsTrouble> troubles) {
    List<String> addresses = taken(addresses(vpc), troubles);
    List<AccountNetwork.Subnet> subnets = taken(subnets(vpc), troubles);
    Map<String, Way> ways = new HashMap<>();
    Optional<Way> main = Optional.empty();
    for (RouteTable table : taken(routeTables(vpc), troubles)) {
      table.subnets().forEach(subnet -> ways.put(subnet, table.way()));
      main = table.main() ? Optional.of(table.way()) : main;
    }
    Way otherwise = main.orElse(Way.UNKNOWN);
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
                                ways.getOrDefault(one.id(), otherwise)))
                    .toList()));
  }

  private static <T> List<T> taken(Ec2Query.Answer<T> answer, Collection<AwsTrouble> troubles) {
    troubles.addAll(answer.troubles());
    return answer.found();
  }

  /** A table of routes; the main one is that of subnets which have none of their own. */
  private record RouteTable(boolean main, List<String> subnets, Way way) {}

  Ec2Query.Answer<String> addresses(String vpc) {
    List<String> found = new ArrayList<>();
    return answer(
        "DescribeVpcs",
        vpc,
        "vpcSet",
        one ->
            Stream.concat(
                    Stream.of(one.text("cidrBlock")),
                    one.items("cidrBlockAssociationSet").stream()
                        .filter(
                            block ->
                                block.parts("cidrBlockState").stream()
                                    .allMatch(state -> state.text("state").equals("associated")))
                        .map(block -> block.text("cidrBlock")))
                .filter(block -> !block.isEmpty() && !found.contains(block))
                .forEach(found::add),
        found);
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

  Ec2Query.Answer<RouteTable> routeTables(String vpc) {
    List<RouteTable> found = new ArrayList<>();
    return answer(
        "DescribeRouteTables",
        vpc,
        "routeTableSet",
        one ->
            found.add(
                new RouteTable(
                    one.items("associationSet").stream()
                        .anyMatch(each -> each.text("main").equals("true")),
                    one.items("associationSet").stream()
                        .map(each -> each.text("subnetId"))
                        .filter(id -> !id.isEmpty())
                        .toList(),
                    way(one))),
        found);
  }

  private static Way way(XmlPart table) {
    for (XmlPart route : table.items(ROUTES)) {
      if (route.text("destinationCidrBlock").equals(EVERYWHERE)
          && !route.text("state").equals("blackhole")) {
        if (WAYS_OUT.stream().anyMatch(target -> !route.text(target).isEmpty())) {
          return Way.PRIVATE;
        } else if (route.text("gatewayId").startsWith("igw-")) {
          return Way.PUBLIC;
        } else if (!route.text("gatewayId").isEmpty()) {
          return Way.PRIVATE;
        }
      }
    }
    return Way.NONE;
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
