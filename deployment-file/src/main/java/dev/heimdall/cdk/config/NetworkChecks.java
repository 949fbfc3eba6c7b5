package dev.heimdall.cdk.config;

import dev.heimdall.model.Cidr;
import dev.heimdall.model.StrictDocument.Findings;
import java.net.Inet4Address;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Requirements for the network of a region, whether it is created or exists already. */
final class NetworkChecks extends SettingChecks {
  /**
   * Wider networks are the internet, or a large part of it. 10.0.0.0/8 is the widest private one.
   */
  static final int WIDEST = 8;

  private final Deployment deployment;

  NetworkChecks(Deployment deployment, Findings findings) {
    super(findings);
    this.deployment = deployment;
  }

  void all(Region region, String at) {
    zones(region, at);
    network(region.network(), at + ".network");
    routes(region, at);
  }

  private void zones(Region region, String at) {
    int zones = AwsRegions.zones(region.region());
    if (findings.sound(at + ".region", at + ".network")
        && region.network().vpc().isEmpty()
        && region.network().zones() > zones
        && zones < 3) {
      problem(
          at + ".network.zones",
          "" + region.network().zones(),
          "at most %d: %s gives an account no more".formatted(zones, region.region()));
    }
  }

  private void network(Network network, String at) {
    if (!findings.sound(at)) {
      return;
    }
    if (network.vpc().isPresent()) {
      form(at + ".vpc", network.vpc().get(), "vpc-[0-9a-f]+", "a network such as \"vpc-0abc\"");
      each(
          at + ".subnets",
          network.subnets(),
          "subnet-[0-9a-f]+",
          "a subnet such as \"subnet-0abc\"");
      if (network.subnets().isEmpty()) {
        problem(
            at + ".subnets",
            "no subnet",
            "a private subnet of \"vpc\" for each zone that gets nodes, each with a way to AWS's"
                + " services: a NAT gateway or endpoints");
      }
      each(
          at + ".routeTables",
          network.routeTables(),
          "rtb-[0-9a-f]+",
          "a route table such as \"rtb-0abc\"");
      if (network.endpoints()) {
        problem(
            at + ".endpoints",
            "true",
            "false with \"vpc\": make them in your network, docs/aws-parts.md lists which");
      }
    } else {
      if (!network.subnets().isEmpty()) {
        problem(
            at + ".subnets",
            quote(network.subnets().get(0)),
            "nothing, or \"vpc\", whose they are");
      }
      if (!network.routeTables().isEmpty()) {
        problem(
            at + ".routeTables",
            quote(network.routeTables().get(0)),
            "nothing, or \"vpc\", whose they are: those of a network that is made are known");
      }
      network.addresses().ifPresent(addresses -> addresses(network, addresses, at));
      if (network.natGateways() == 0 && !network.endpoints()) {
        problem(
            at + ".natGateways",
            "0 without \"endpoints\"",
            "at least 1, or \"endpoints\": true: nodes have to reach S3 and the API of RDS");
      }
      if (network.natGateways() > network.zones()) {
        problem(
            at + ".natGateways",
            "" + network.natGateways(),
            "at most one for each of the " + network.zones() + " \"zones\"");
      }
    }
  }

  private void routes(Region region, String parent) {
    String at = parent + ".network.routes";
    if (!findings.sound(parent + ".network", parent + ".region")) {
      return;
    }
    List<NetworkRoute> routes = region.network().routes();
    if (region.network().vpc().isPresent() && !routes.isEmpty()) {
      problem(
          at,
          routes.size() + " with \"vpc\"",
          "nothing: add them to the route tables of your subnets");
      return;
    }
    Set<Cidr> destinations = new HashSet<>();
    for (int i = 0; i < routes.size(); i++) {
      NetworkRoute route = routes.get(i);
      String place = "%s[%d]".formatted(at, i);
      form(
          place + ".by",
          route.by(),
          "(pcx|tgw)-[0-9a-f]{8,17}",
          "a peering connection such as \"pcx-0a1b2c3d4e5f6a7b8\", or a transit gateway, \"tgw-…\"");
      if (!isIpv4(route.to()) || route.to().prefix() < WIDEST) {
        problem(
            place + ".to",
            quote(route.to().toString()),
            "a network of IPv4, /%d at the widest".formatted(WIDEST));
      } else if (!destinations.add(route.to())) {
        problem(place + ".to", quote(route.to().toString()) + " again", "each network only once");
      } else if (AwsRegions.has(region.region())
          && isIpv4(deployment.addresses(region))
          && route.to().overlaps(deployment.addresses(region))) {
        problem(
            place + ".to",
            quote(route.to().toString()),
            "a network without addresses of this one, " + deployment.addresses(region));
      }
    }
  }

  private void addresses(Network network, Cidr addresses, String at) {
    int longest = network.zones() <= 3 ? 24 : 23;
    if (!isIpv4(addresses) || addresses.prefix() < 16 || addresses.prefix() > longest) {
      problem(
          at + ".addresses",
          quote(addresses.toString()),
          "a network of IPv4, /16 to /"
              + longest
              + " with "
              + network.zones()
              + " \"zones\", such as \"10.40.0.0/16\"");
    }
  }

  static boolean isIpv4(Cidr cidr) {
    return cidr.network().filter(Inet4Address.class::isInstance).isPresent();
  }
}
