package dev.heimdall.cdk.join;

import dev.heimdall.cdk.iam.Component;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import software.amazon.awscdk.Stack;
import software.constructs.Construct;

/** The way between two networks, of one region or of two, with routes on both sides. */
public final class Peering extends Construct {
  /**
   * The network of one side.
   *
   * @param addresses of the network: where the other side's routes lead
   */
  public record End(String region, Which network, String addresses) {
    private Map<String, Object> properties() {
      // In one order: the same file has the same template.
      Map<String, Object> properties = new TreeMap<>(network.properties());
      properties.put("Region", region);
      properties.put("Addresses", addresses);
      return properties;
    }

    private String name() {
      return network.id().map(id -> region + id).orElse(region);
    }
  }

  /** Identification of a network. */
  public sealed interface Which permits Given, Made, MadeHere {
    /** Properties that the function receives. */
    Map<String, Object> properties();

    /** Of one that is there: another one is another end. */
    default Optional<String> id() {
      return Optional.empty();
    }
  }

  /**
   * One that is there.
   *
   * @param routeTables that get routes
   */
  public record Given(String vpc, List<String> routeTables) implements Which {
    public Given {
      routeTables = List.copyOf(routeTables);
    }

    @Override
    public Map<String, Object> properties() {
      return Map.of("Vpc", vpc, "RouteTables", routeTables);
    }

    @Override
    public Optional<String> id() {
      return Optional.of(vpc);
    }
  }

  /**
   * One that a region's stack has made.
   *
   * @param shape in words: another one is looked at again
   */
  public record Made(String stack, String shape) implements Which {
    @Override
    public Map<String, Object> properties() {
      return Map.of("Stack", stack, "Shape", shape);
    }
  }

  /** One that the same stack makes, by what stands for its ids. */
  public record MadeHere(String vpc, List<String> routeTables) implements Which {
    public MadeHere {
      routeTables = List.copyOf(routeTables);
    }

    @Override
    public Map<String, Object> properties() {
      return Map.of("MadeVpc", vpc, "RouteTables", routeTables);
    }
  }

  private final Joiner joiner;

  /**
   * Makes it. Networks of other ids are another one: the old one goes with its own role.
   *
   * @param fleet whose tag the connection has
   */
  public Peering(Construct scope, String fleet, End one, End other) {
    super(scope, "Peering-" + one.name() + "-" + other.name());
    List<Which> networks = List.of(one.network(), other.network());
    joiner =
        new Joiner(
            this,
            "Joiner",
            "peering.py",
            one.region().equals(other.region())
                ? "connects networks of " + one.region()
                : "connects the networks of %s and %s".formatted(one.region(), other.region()),
            Component.PEERING,
            Map.of(
                "FleetName",
                List.of(fleet),
                "JoinedRegions",
                Stream.of(one.region(), other.region()).distinct().toList(),
                "JoinedStacks",
                networks.stream()
                    .filter(Made.class::isInstance)
                    .map(network -> ((Made) network).stack())
                    .toList(),
                "GivenVpcs",
                networks.stream().flatMap(network -> network.id().stream()).toList()),
            properties(fleet, one, other, Stack.of(this).getTags().tagValues()));
  }

  private static Map<String, Object> properties(
      String fleet, End one, End other, Map<String, String> tags) {
    Map<String, Object> properties = new TreeMap<>();
    properties.put("Fleet", fleet);
    properties.put("One", one.properties());
    properties.put("Other", other.properties());
    if (!tags.isEmpty()) {
      properties.put("Tags", new TreeMap<>(tags));
    }
    return properties;
  }

  /** The connection's id, once it is active. */
  public String connection() {
    return joiner.attribute("Peering");
  }

  /**
   * Orders a construct that uses the connection: it is created after the connection and removed
   * before it.
   */
  public void precedes(Construct other) {
    other.getNode().addDependency(joiner.resource());
  }
}
