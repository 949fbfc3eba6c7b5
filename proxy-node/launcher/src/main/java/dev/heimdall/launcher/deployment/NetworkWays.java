package dev.heimdall.launcher.deployment;

import dev.heimdall.cdk.config.Join;
import dev.heimdall.cdk.draft.DraftRegion;
import dev.heimdall.model.Cidr;
import dev.heimdall.routing.AccountNetwork;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Connection of the networks of several regions: by what is there, or by what the deployment makes.
 * For one thread.
 */
final class NetworkWays {
  /** Of what a deployment has made. */
  static final String FLEET_TAG = "heimdall:fleet";

  private final String fleet;
  private final Account account;
  private final List<Place> places;
  private final Map<String, List<AccountNetwork.Peering>> peerings = new HashMap<>();
  private final Map<String, List<DraftRegion.Peer>> peered = new HashMap<>();
  private final List<String> notes = new ArrayList<>();
  private final List<String> commands = new ArrayList<>();

  /**
   * Sends no request yet.
   *
   * @param fleet whose tag peering connections have that an earlier deployment has made
   */
  NetworkWays(String fleet, Account account, List<Place> places) {
    this.fleet = fleet;
    this.account = account;
    this.places = List.copyOf(places);
  }

  /**
   * A region's network.
   *
   * @param known what AWS says of it, if it is there
   * @param databases the subnets of that network that databases are in
   * @param elsewhere other networks with databases
   */
  record Place(
      DraftRegion region,
      Optional<AccountNetwork> known,
      List<String> databases,
      List<DatabaseNetwork> elsewhere) {
    Place {
      databases = List.copyOf(databases);
      elsewhere = List.copyOf(elsewhere);
    }

    String name() {
      return region.region();
    }

    /** The addresses of all subnets with nodes or databases, as one network. */
    Optional<Cidr> addresses() {
      List<Cidr> inside =
          Stream.concat(
                  region.subnets().stream().flatMap(one -> one.addresses().stream()),
                  known.stream()
                      .flatMap(one -> one.subnets().stream())
                      .filter(one -> databases.contains(one.id()) && !one.addresses().isEmpty())
                      .map(one -> Cidr.parse(one.addresses())))
              .toList();
      return NetworkRoutes.block(region.addresses(), inside);
    }

    /** The tables of these subnets. */
    List<AccountNetwork.RouteTable> tables() {
      return Stream.concat(
              region.subnets().stream().map(DraftRegion.Subnet::id), databases.stream())
          .flatMap(subnet -> known.stream().flatMap(one -> one.table(subnet).stream()))
          .distinct()
          .sorted(Comparator.comparing(AccountNetwork.RouteTable::id))
          .toList();
    }
  }

  /**
   * Result of connecting the networks.
   *
   * @param notes what the deployment makes or uses, and what is left to do, a line each
   * @param commands that are left to be run
   */
  record Found(Join join, List<DraftRegion> regions, List<String> notes, List<String> commands) {}

  /**
   * Looks at each pair of networks.
   *
   * @param wish what the command line says
   */
  Found look(Optional<Join> wish) {
    for (Place place : places) {
      DatabaseConnectivity.Found found = new DatabaseConnectivity(fleet, account, place).look();
      peered.put(place.name(), found.peered());
      notes.addAll(found.notes());
      commands.addAll(found.commands());
    }
    Join join = places.size() < 2 ? Join.NONE : wish.orElse(Join.PEERING);
    if (join != Join.NONE && !possible()) {
      join = Join.NONE;
    }
    if (join != Join.NONE) {
      List<Pair> pairs = pairs();
      boolean connected = pairs.stream().anyMatch(pair -> pair.by().isPresent());
      if (wish.isEmpty() && connected) {
        join = Join.EXISTING;
      }
      tell(join, pairs);
    }
    Join chosen = join;
    return new Found(
        chosen,
        places.stream().map(place -> place.region().with(ways(chosen, place))).toList(),
        notes,
        commands);
  }

  private DraftRegion.Ways ways(Join join, Place place) {
    List<DraftRegion.Peer> others = peered.get(place.name());
    if (join == Join.NONE && others.isEmpty()) {
      return DraftRegion.Ways.NONE;
    }
    return new DraftRegion.Ways(
        place.addresses(),
        join == Join.PEERING || !others.isEmpty()
            ? place.tables().stream().map(AccountNetwork.RouteTable::id).toList()
            : List.of(),
        others);
  }

  /** True if they have addresses of their own. */
  private boolean possible() {
    List<String> obstacles = new ArrayList<>();
    for (Place place : places) {
      if (place.addresses().isEmpty()) {
        obstacles.add(
            "%s: none of the networks %s has all subnets of nodes and databases in it, /%d to /%d"
                .formatted(
                    place.name(),
                    place.region().addresses(),
                    NetworkRoutes.SHORTEST,
                    NetworkRoutes.LONGEST));
      }
    }
    for (int i = 0; i < places.size() && obstacles.isEmpty(); i++) {
      for (Place other : places.subList(0, i)) {
        obstacles.addAll(obstacles(other, places.get(i)));
      }
    }
    obstacles.forEach(line -> notes.add("The networks are not connected. " + line + "."));
    return obstacles.isEmpty();
  }

  /**
   * Addresses that the two regions' networks, and those that they are peered with, have in common.
   */
  private List<String> obstacles(Place one, Place other) {
    for (Map.Entry<String, Cidr> own : networks(other).entrySet()) {
      for (Map.Entry<String, Cidr> its : networks(one).entrySet()) {
        if (own.getValue().overlaps(its.getValue())) {
          return List.of(
              "%s and %s have the same addresses, %s and %s: nothing connects such networks. Give the"
                      .formatted(its.getKey(), own.getKey(), its.getValue(), own.getValue())
                  + " nodes of one region a network of other addresses (--vpc REGION=new)");
        }
      }
    }
    return List.of();
  }

  private Map<String, Cidr> networks(Place place) {
    Map<String, Cidr> networks = new LinkedHashMap<>();
    networks.put(place.name(), place.addresses().orElseThrow());
    peered
        .get(place.name())
        .forEach(one -> networks.put(place.name() + " " + one.vpc(), one.addresses()));
    return networks;
  }

  /**
   * Two networks.
   *
   * @param by what connects them already: a peering connection, or transit gateways
   */
  private record Pair(Place one, Place other, Optional<Link> by) {}

  /**
   * Link between two networks.
   *
   * @param one what routes of the first one go through, and {@code other} those of the second
   * @param acceptedBy the region that has not accepted a peering connection yet
   */
  private record Link(String one, String other, Optional<String> acceptedBy) {
    private String names() {
      return one.equals(other) ? one : one + " and " + other;
    }
  }

  private List<Pair> pairs() {
    List<Pair> pairs = new ArrayList<>();
    for (int i = 0; i < places.size(); i++) {
      for (int j = i + 1; j < places.size(); j++) {
        Place one = places.get(i);
        Place other = places.get(j);
        pairs.add(new Pair(one, other, peering(one, other).or(() -> transit(one, other))));
      }
    }
    return pairs;
  }

  private Optional<Link> peering(Place one, Place other) {
    if (one.region().vpc().isEmpty() || other.region().vpc().isEmpty()) {
      return Optional.empty();
    }
    List<AccountNetwork.Peering> all =
        Stream.of(one, other)
            .flatMap(place -> peerings(place).stream())
            .filter(
                each ->
                    each.vpcs().contains(one.region().vpc().get())
                        && each.vpcs().contains(other.region().vpc().get()))
            .toList();
    boolean ours = all.stream().anyMatch(each -> fleet.equals(each.tags().get(FLEET_TAG)));
    return all.stream()
        .filter(each -> !ours)
        .min(Comparator.comparing(each -> !each.accepted()))
        .map(
            each ->
                new Link(
                    each.id(),
                    each.id(),
                    Stream.of(one, other)
                        .filter(place -> !each.accepted())
                        .filter(place -> place.region().vpc().get().equals(each.accepter()))
                        .map(Place::name)
                        .findFirst()));
  }

  private List<AccountNetwork.Peering> peerings(Place place) {
    return peerings.computeIfAbsent(
        place.name(), region -> account.peerings(region, place.region().vpc().orElseThrow()));
  }

  /** Routes on both sides that no peering connection and no way to the internet explains. */
  private static Optional<Link> transit(Place one, Place other) {
    Optional<String> there = transitTo(other, one);
    return transitTo(one, other)
        .filter(id -> there.isPresent())
        .map(id -> new Link(id, there.get(), Optional.empty()));
  }

  private static Optional<String> transitTo(Place from, Place to) {
    return NetworkRoutes.transit(from.tables(), to.addresses().orElseThrow());
  }

  private void tell(Join join, Collection<Pair> pairs) {
    for (Pair pair : pairs) {
      String names = pair.one().name() + " and " + pair.other().name();
      if (join == Join.PEERING) {
        notes.add(
            pair.by().isEmpty()
                ? "The deployment connects the networks of %s by a peering connection, with routes."
                    .formatted(names)
                : "The networks of %s are connected by %s, so that no peering connection can be made: "
                        .formatted(names, pair.by().get().names())
                    + "\"join\": \"existing\" uses it.");
        routes(pair.one());
        routes(pair.other());
      } else if (pair.by().isPresent()) {
        notes.add(
            "The networks of %s are connected by %s already, which the deployment uses."
                .formatted(names, pair.by().get().names()));
        accept(pair.by().get());
        missing(pair.one(), pair.other(), pair.by().get().one());
        missing(pair.other(), pair.one(), pair.by().get().other());
      } else {
        notes.add(
            "Connect the networks of %s by a peering connection or a transit gateway: none was found."
                .formatted(names));
      }
    }
  }

  /** AWS may not have told them. */
  private void routes(Place place) {
    if (place.region().vpc().isPresent() && place.tables().isEmpty()) {
      String note =
          "%s: name the route tables of the subnets of nodes and databases in network.routeTables,"
                  .formatted(place.name())
              + " or add the routes yourself.";
      if (!notes.contains(note)) {
        notes.add(note);
      }
    }
  }

  private void accept(Link link) {
    link.acceptedBy().ifPresent(region -> commands.add(NetworkRoutes.accept(region, link.one())));
  }

  private void missing(Place from, Place to, String by) {
    commands.addAll(
        NetworkRoutes.missing(from.name(), from.tables(), to.addresses().orElseThrow(), by));
  }
}
