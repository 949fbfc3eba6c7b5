package dev.heimdall.launcher.deployment;

import dev.heimdall.cdk.draft.DraftRegion;
import dev.heimdall.model.Cidr;
import dev.heimdall.routing.AccountNetwork;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Connections of a region's nodes with databases in other networks of it: existing ones, or those
 * that the deployment makes. For one thread.
 */
final class DatabaseConnectivity {
  private final String fleet;
  private final Account account;
  private final NetworkWays.Place place;
  private final List<DraftRegion.Peer> peered = new ArrayList<>();
  private final List<String> notes = new ArrayList<>();
  private final List<String> commands = new ArrayList<>();

  /**
   * Sends no request yet.
   *
   * @param fleet whose tag peering connections have that an earlier deployment has made
   * @param place the nodes' network
   */
  DatabaseConnectivity(String fleet, Account account, NetworkWays.Place place) {
    this.fleet = fleet;
    this.account = account;
    this.place = place;
  }

  /**
   * Result of the look at the networks.
   *
   * @param peered the networks that the deployment connects
   * @param notes what it makes or uses, and what is left to do, a line each
   * @param commands that are left to be run
   */
  record Found(List<DraftRegion.Peer> peered, List<String> notes, List<String> commands) {}

  /** Looks at each of them. */
  Found look() {
    place.elsewhere().forEach(this::look);
    return new Found(peered, notes, commands);
  }

  private void look(DatabaseNetwork one) {
    Optional<Cidr> addresses = one.addresses();
    Optional<Cidr> own = place.addresses();
    if (addresses.isEmpty() || own.isEmpty()) {
      tell(
          one,
          "is not connected with the nodes' network: "
              + (own.isEmpty()
                  ? "no block of addresses there has all their subnets in it"
                  : one.known().isEmpty()
                      ? "AWS has not told its addresses"
                      : "none of its blocks has all subnets of databases in it")
              + ". Write it into network.peered of the file, or connect both yourself.");
      return;
    }
    Optional<Link> link = connected(one, addresses.get(), own.get());
    if (link.isPresent()) {
      tell(one, "is connected with the nodes' by %s already.".formatted(link.get().here()));
      link.get().accept().ifPresent(id -> commands.add(NetworkRoutes.accept(place.name(), id)));
      commands.addAll(
          NetworkRoutes.missing(place.name(), place.tables(), addresses.get(), link.get().here()));
      commands.addAll(
          NetworkRoutes.missing(place.name(), one.tables(), own.get(), link.get().there()));
      return;
    }
    Optional<DraftRegion.Peer> same =
        peered.stream().filter(other -> other.addresses().overlaps(addresses.get())).findFirst();
    if (own.get().overlaps(addresses.get()) || same.isPresent()) {
      tell(
          one,
          "is not connected with the nodes' network, as it has the same addresses as %s: %s. Have"
                  .formatted(
                      same.map(DraftRegion.Peer::vpc).orElse("that"),
                      same.map(DraftRegion.Peer::addresses).orElse(own.get()))
              + " these databases served by a fleet of their own.");
      return;
    }
    List<String> tables = one.tables().stream().map(AccountNetwork.RouteTable::id).toList();
    peered.add(new DraftRegion.Peer(one.vpc(), addresses.get(), tables));
    tell(
        one,
        "is connected with the nodes' network by the deployment, by a peering connection with"
            + " routes."
            + (tables.isEmpty()
                ? " Name the route tables of the databases' subnets in network.peered, or add the"
                    + " routes yourself."
                : ""));
  }

  private void tell(DatabaseNetwork one, String what) {
    notes.add("%s: %s, in which databases are, %s".formatted(place.name(), one.vpc(), what));
  }

  /**
   * Link between two networks.
   *
   * @param here what routes of the nodes' network go through, and {@code there} those of the other
   * @param accept a peering connection that waits to be accepted
   */
  private record Link(String here, String there, Optional<String> accept) {}

  private Optional<Link> connected(DatabaseNetwork one, Cidr addresses, Cidr own) {
    Optional<String> nodes = place.region().vpc();
    if (nodes.isEmpty()) {
      return Optional.empty();
    }
    List<AccountNetwork.Peering> all =
        account.peerings(place.name(), nodes.get()).stream()
            .filter(each -> each.vpcs().contains(one.vpc()))
            .toList();
    if (all.stream().anyMatch(each -> fleet.equals(each.tags().get(NetworkWays.FLEET_TAG)))) {
      return Optional.empty();
    }
    return all.stream()
        .min(Comparator.comparing(each -> !each.accepted()))
        .map(
            each ->
                new Link(
                    each.id(),
                    each.id(),
                    each.accepted() ? Optional.empty() : Optional.of(each.id())))
        .or(
            () ->
                NetworkRoutes.transit(place.tables(), addresses)
                    .flatMap(
                        here ->
                            NetworkRoutes.transit(one.tables(), own)
                                .map(there -> new Link(here, there, Optional.empty()))));
  }
}
