package dev.heimdall.cdk.config;

import dev.heimdall.model.Cidr;
import dev.heimdall.model.StrictDocument.Findings;
import java.util.List;
import java.util.Optional;

/** Requirements for networks that a deployment connects. */
final class JoinChecks {
  private static final int LONGEST = 28;
  private static final int WIDEST = 16;

  private final Deployment deployment;
  private final Findings findings;

  JoinChecks(Deployment deployment, Findings findings) {
    this.deployment = deployment;
    this.findings = findings;
  }

  void all() {
    if (!findings.sound("$.join", "$.regions") || deployment.join() == Join.NONE) {
      return;
    }
    List<Region> regions = deployment.regions();
    for (int i = 0; i < regions.size(); i++) {
      Region region = regions.get(i);
      String at = "$.regions[" + i + "]";
      if (findings.sound(at + ".region", at + ".network", at + ".fleet")
          && AwsRegions.has(region.region())) {
        addresses(region, i, at + ".network");
        if (deployment.join() == Join.PEERING) {
          account(region, at);
          routes(region, at + ".network.routes");
        }
        rules(region, at + ".fleet");
      }
    }
  }

  private void account(Region region, String at) {
    Optional<String> first = deployment.regions().get(0).account();
    if (!region.account().equals(first)) {
      findings.problem(
          at + ".account",
          region.account().map(JoinChecks::quote).orElse("nothing"),
          "the account of the first region, %s, with \"join\": nothing may act in both. Connect"
                  .formatted(first.orElse("the one that deploys"))
              + " them yourself, and say \"join\": \"existing\"");
    }
  }

  private void addresses(Region region, int index, String at) {
    Network network = region.network();
    if (network.vpc().isPresent()) {
      if (network.addresses().isEmpty()) {
        findings.problem(
            at + ".addresses",
            "nothing",
            "the addresses of %s that nodes and databases are in, such as \"10.8.0.0/16\", with"
                    .formatted(network.vpc().get())
                + " \"join\": the other regions' networks get routes to them");
        return;
      }
      Cidr addresses = network.addresses().get();
      if (!NetworkChecks.isIpv4(addresses)
          || addresses.prefix() < WIDEST
          || addresses.prefix() > LONGEST) {
        findings.problem(
            at + ".addresses",
            quote(addresses.toString()),
            "a network of IPv4, /%d to /%d, such as \"10.8.0.0/16\"".formatted(WIDEST, LONGEST));
        return;
      }
    }
    if (!deployment.knownAddresses(region).filter(NetworkChecks::isIpv4).isPresent()) {
      return;
    }
    for (Region other : deployment.overlapping(region)) {
      if (deployment.regions().indexOf(other) < index) {
        findings.problem(
            at + ".addresses",
            quote(deployment.knownAddresses(region).orElseThrow().toString()),
            "a network without addresses of %s, %s, with \"join\": nothing connects such"
                .formatted(other.region(), deployment.knownAddresses(other).orElseThrow()));
      }
    }
  }

  private void routes(Region region, String at) {
    List<NetworkRoute> routes = region.network().routes();
    for (int i = 0; i < routes.size(); i++) {
      Cidr to = routes.get(i).to();
      for (Region other : deployment.joined(region)) {
        Optional<Cidr> its = deployment.knownAddresses(other);
        if (NetworkChecks.isIpv4(to) && its.filter(one -> one.overlaps(to)).isPresent()) {
          findings.problem(
              "%s[%d].to".formatted(at, i),
              quote(to.toString()),
              "nothing of %s, %s: \"join\" leads there. Take the route away"
                  .formatted(other.region(), its.get()));
        }
      }
    }
  }

  /** Those of the other regions are let in besides. */
  private void rules(Region region, String at) {
    Fleet fleet = region.fleet();
    int asked = fleet.clients().size() + fleet.clientGroups().size();
    int all = asked + deployment.joined(region).size() + deployment.peeredElsewhere(region).size();
    int rules = all * fleet.ports().size();
    if (rules > ServerChecks.RULES_OF_A_GROUP
        && asked * fleet.ports().size() <= ServerChecks.RULES_OF_A_GROUP) {
      findings.problem(
          at + ".clients",
          "%d networks and %d of other regions for %d ports"
              .formatted(asked, all - asked, fleet.ports().size()),
          "at most %d rules, ports times networks, not %d: a security group takes no more. Name"
                  .formatted(ServerChecks.RULES_OF_A_GROUP, rules)
              + " fewer, wider networks");
    }
  }

  private static String quote(String text) {
    return "\"" + text + "\"";
  }
}
