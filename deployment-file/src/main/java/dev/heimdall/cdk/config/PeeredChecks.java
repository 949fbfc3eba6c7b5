package dev.heimdall.cdk.config;

import dev.heimdall.model.Cidr;
import dev.heimdall.model.StrictDocument.Findings;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Requirements for networks that are peered with the nodes' network. */
final class PeeredChecks extends SettingChecks {
  private static final int LONGEST = 28;
  private static final int WIDEST = 16;

  private final Deployment deployment;

  PeeredChecks(Deployment deployment, Findings findings) {
    super(findings);
    this.deployment = deployment;
  }

  void all() {
    if (!findings.sound("$.regions", "$.join")) {
      return;
    }
    for (int i = 0; i < deployment.regions().size(); i++) {
      Region region = deployment.regions().get(i);
      String at = "$.regions[" + i + "].network";
      if (findings.sound(at, "$.regions[" + i + "].region")
          && AwsRegions.has(region.region())
          && !region.network().peered().isEmpty()) {
        all(region, at);
      }
    }
  }

  private void all(Region region, String at) {
    Network network = region.network();
    if (network.vpc().isPresent() && network.addresses().isEmpty()) {
      problem(
          at + ".addresses",
          "nothing",
          "the addresses of %s that nodes are in, such as \"10.8.0.0/16\", with \"peered\": the"
                  .formatted(network.vpc().get())
              + " other networks get routes to them");
    }
    for (int i = 0; i < network.peered().size(); i++) {
      one(region, i, at);
    }
  }

  private void one(Region region, int index, String at) {
    Network network = region.network();
    PeeredNetwork one = network.peered().get(index);
    String place = "%s.peered[%d]".formatted(at, index);
    form(place + ".vpc", one.vpc(), "vpc-[0-9a-f]+", "a network such as \"vpc-0abc\"");
    each(
        place + ".routeTables",
        one.routeTables(),
        "rtb-[0-9a-f]+",
        "a route table such as \"rtb-0abc\"");
    List<PeeredNetwork> before = network.peered().subList(0, index);
    if (network.vpc().filter(one.vpc()::equals).isPresent()
        || before.stream().anyMatch(other -> other.vpc().equals(one.vpc()))) {
      problem(place + ".vpc", quote(one.vpc()), "another network than the nodes', and each once");
      return;
    }
    Optional<Region> owner =
        deployment.regions().stream()
            .filter(
                other -> deployment.regions().indexOf(other) < deployment.regions().indexOf(region))
            .filter(
                other ->
                    other.network().peered().stream().anyMatch(its -> its.vpc().equals(one.vpc())))
            .findFirst();
    if (owner.isPresent()) {
      problem(
          place + ".vpc",
          quote(one.vpc()),
          "a network of %s: this one is peered in %s, and is in one region only"
              .formatted(region.region(), owner.get().region()));
      return;
    }
    Cidr addresses = one.addresses();
    if (!NetworkChecks.isIpv4(addresses)
        || addresses.prefix() < WIDEST
        || addresses.prefix() > LONGEST) {
      problem(
          place + ".addresses",
          quote(addresses.toString()),
          "a network of IPv4, /%d to /%d, such as \"10.8.0.0/16\"".formatted(WIDEST, LONGEST));
      return;
    }
    ofNodes(region, one, at);
    for (int i = 0; i < network.routes().size(); i++) {
      Cidr to = network.routes().get(i).to();
      if (NetworkChecks.isIpv4(to) && to.overlaps(addresses)) {
        problem(
            "%s.routes[%d].to".formatted(at, i),
            quote(to.toString()),
            "nothing of %s, %s: \"peered\" leads there. Take the route away"
                .formatted(one.vpc(), addresses));
      }
    }
    others(region, index)
        .filter(other -> NetworkChecks.isIpv4(other.addresses()))
        .filter(other -> other.addresses().overlaps(addresses))
        .findFirst()
        .ifPresent(
            other ->
                problem(
                    place + ".addresses",
                    quote(addresses.toString()),
                    "a network without addresses of %s, %s: no route could tell them apart%s"
                        .formatted(
                            other.name(),
                            other.addresses(),
                            other.joined()
                                ? ". Without \"join\", each region's nodes reach their own"
                                : "")));
  }

  /**
   * Checks that the nodes' network shares no addresses with the peered one: EC2 does not connect
   * such networks.
   */
  private void ofNodes(Region region, PeeredNetwork one, String at) {
    Optional<Cidr> own = deployment.knownAddresses(region).filter(NetworkChecks::isIpv4);
    if (own.filter(one.addresses()::overlaps).isEmpty()) {
      return;
    }
    boolean made = region.network().vpc().isEmpty();
    problem(
        at + ".addresses",
        quote(own.get().toString()),
        "a network without addresses of %s, %s, which is peered: EC2 connects no networks that share"
                .formatted(one.vpc(), one.addresses())
            + " addresses. "
            + (made
                ? "Give the network that is made others, before it is there: " + free()
                : "Have nodes in that network, or in one that is made"));
  }

  /** The first that the file knows nothing of. */
  private String free() {
    List<Cidr> taken = new ArrayList<>();
    for (Region region : deployment.regions()) {
      if (AwsRegions.has(region.region())) {
        deployment.knownAddresses(region).ifPresent(taken::add);
      }
      region.network().peered().forEach(one -> taken.add(one.addresses()));
      region.network().routes().forEach(one -> taken.add(one.to()));
    }
    return IntStream.range(0, 256)
        .mapToObj(i -> Cidr.parse("10.%d.0.0/16".formatted((40 + i) % 256)))
        .filter(one -> taken.stream().noneMatch(other -> clash(one, other)))
        .findFirst()
        .map(one -> quote(one.toString()) + " is free, as far as this file knows")
        .orElse("none of 10.0.0.0/8 is free");
  }

  private static boolean clash(Cidr one, Cidr other) {
    return NetworkChecks.isIpv4(other) && one.overlaps(other);
  }

  /**
   * A network that the same tables have routes to.
   *
   * @param joined whether it is of another region
   */
  private record Other(String name, Cidr addresses, boolean joined) {}

  private Stream<Other> others(Region region, int index) {
    Stream<Other> here =
        region.network().peered().subList(0, index).stream()
            .map(one -> new Other(one.vpc(), one.addresses(), false));
    Stream<Other> there =
        deployment.joined(region).stream()
            .flatMap(
                other ->
                    Stream.concat(
                        deployment.knownAddresses(other).stream()
                            .map(known -> new Other(other.region(), known, true)),
                        other.network().peered().stream()
                            .map(one -> new Other(one.vpc(), one.addresses(), true))));
    return Stream.concat(here, there);
  }
}
