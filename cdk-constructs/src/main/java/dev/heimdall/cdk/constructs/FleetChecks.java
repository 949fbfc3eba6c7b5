package dev.heimdall.cdk.constructs;

import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import software.amazon.awscdk.Token;
import software.amazon.awscdk.services.elasticloadbalancingv2.ClientRoutingPolicy;

/**
 * Requirements for props: otherwise AWS rejects the resources made from them, or nodes never start.
 */
final class FleetChecks {
  private static final int HIGHEST_PORT = 65_535;
  private static final int MOST_NODES = 100;

  private FleetChecks() {}

  static void check(HeimdallFleetProps props) {
    name(props.getFleetName());
    List<Integer> ports = props.getPorts();
    Set<Integer> taken = new HashSet<>(ports);
    require(!ports.isEmpty(), "ports", ports, "at least one");
    require(taken.size() == ports.size(), "ports", ports, "each only once");
    ports.forEach(port -> port("ports", port));
    port("httpPort", props.getHttpPort());
    require(taken.add(props.getHttpPort()), "httpPort", props.getHttpPort(), "none of the ports");
    int most = props.getMostPerZone();
    require(most >= 1 && most <= MOST_NODES, "mostPerZone", most, "1 to " + MOST_NODES);
    int fewest = props.getFewestPerZone();
    require(
        fewest >= 0 && fewest <= most,
        "fewestPerZone",
        fewest,
        "0 to mostPerZone, which is " + most);
    range("targetLoad", props.getTargetLoad(), 10, 90);
    range("idleTimeout", props.getIdleTimeout().toSeconds().longValue(), 60, 6000);
    range("drain", props.getDrain().toSeconds().longValue(), 30, 3600);
  }

  static void name(String name) {
    require(
        Token.isUnresolved(name) || name.matches("[a-z][a-z0-9-]{0,19}"),
        "fleetName",
        name,
        "1 to 20 small letters, digits and hyphens, a letter first");
  }

  static void port(String what, int port) {
    range(what, port, 1, HIGHEST_PORT);
  }

  static void range(String what, long value, long least, long most) {
    require(value >= least && value <= most, what, value, least + " to " + most);
  }

  /** As the load balancer calls it. */
  static String policy(ClientRoutingPolicy policy) {
    return policy.name().toLowerCase(Locale.ROOT);
  }

  static void require(boolean right, String what, Object value, String allowed) {
    if (!right) {
      throw new IllegalArgumentException("%s: %s; allowed is: %s".formatted(what, value, allowed));
    }
  }
}
