package dev.heimdall.cdk.config;

import dev.heimdall.model.Cidr;
import dev.heimdall.model.Format;
import dev.heimdall.model.Setting;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Everything that is deployed: one region or many. */
public record Deployment(
    @Setting(
            value = "What the fleet is called: names of stacks and secrets begin so.",
            key = "fleetName",
            byDefault = "heimdall",
            format = Format.NAME)
        String name,
    @Setting(value = "A document for each region; at least one.", required = true)
        List<Region> regions,
    @Setting(
            value =
                "How the networks of several regions are connected. `peering`: each with each other,"
                    + " by VPC peering connections that the deployment makes, with routes, and with"
                    + " databases and load balancers open to the other regions' networks. All"
                    + " regions are of one account then. `existing`: by peering connections or"
                    + " transit gateways of yours, with routes of yours; the deployment opens"
                    + " databases and load balancers.",
            byDefault = "none")
        Join join,
    @Setting(
            value =
                "The region whose documents are edited. The others have copies of them, which S3 or"
                    + " Secrets Manager replicates and nodes of these regions read. For the places"
                    + " `bucket` and `secret`, the same one in all regions, which are of one"
                    + " account.",
            otherwise = "each region has documents of its own",
            format = Format.TEXT)
        Optional<String> editedIn,
    @Setting("Names that lead an application to the nearest region's nodes.") Routing routing,
    @Setting(value = "Tags of everything that is made.", byDefault = "{}")
        Map<String, String> tags) {
  public Deployment {
    regions = List.copyOf(regions);
    tags = Map.copyOf(tags);
  }

  /** True if a region has a copy of another one's documents. */
  public boolean hasCopy(Region region) {
    return editedIn.filter(edited -> !edited.equals(region.region())).isPresent();
  }

  /** The regions that have copies of this one's documents. */
  public List<Region> copiesOf(Region region) {
    return editedIn.filter(region.region()::equals).isPresent()
        ? regions.stream().filter(this::hasCopy).toList()
        : List.of();
  }

  /** The addresses of the network that is made in one of its regions. */
  public Cidr addresses(Region region) {
    return region
        .network()
        .addresses()
        .orElseGet(
            () ->
                RegionAddresses.of(
                    region.region(), regions.get(0).region().equals(region.region())));
  }

  /**
   * The addresses of a region's network, as far as the file knows them: those of one that is there
   * only where it says them.
   */
  public Optional<Cidr> knownAddresses(Region region) {
    return region.network().vpc().isPresent()
        ? region.network().addresses()
        : Optional.of(addresses(region));
  }

  /** The regions whose networks this one's is connected to, by the deployment or others. */
  public List<Region> joined(Region region) {
    return join == Join.NONE
        ? List.of()
        : regions.stream().filter(other -> !other.region().equals(region.region())).toList();
  }

  /** The addresses of {@link #joined}. */
  public List<Cidr> joinedAddresses(Region region) {
    return joined(region).stream().flatMap(other -> knownAddresses(other).stream()).toList();
  }

  /** The addresses of networks that those of {@link #joined} are peered with. */
  public List<Cidr> peeredElsewhere(Region region) {
    return joined(region).stream()
        .flatMap(other -> other.network().peered().stream())
        .map(PeeredNetwork::addresses)
        .toList();
  }

  /**
   * The regions in which a region's topology document is kept as well: of the same account, and
   * with a way to their APIs.
   */
  public List<Region> publishedIn(Region region) {
    return region.configSync().enabled() && region.network().reachesOtherRegions()
        ? regions.stream()
            .filter(other -> !other.region().equals(region.region()))
            .filter(other -> other.account().equals(region.account()))
            .toList()
        : List.of();
  }

  /** Those of {@link #publishedIn} whose nodes can be reached, too: they are pushed to. */
  public List<Region> pushedTo(Region region) {
    return publishedIn(region).stream()
        .filter(
            other ->
                joined(region).contains(other)
                    || leads(region.network(), other) && leads(other.network(), region))
        .filter(other -> knownAddresses(region).isPresent())
        .toList();
  }

  private boolean leads(Network network, Region other) {
    return knownAddresses(other)
        .flatMap(Cidr::network)
        .filter(to -> network.routes().stream().anyMatch(route -> route.to().contains(to)))
        .isPresent();
  }

  /** The other regions whose networks have addresses of this one: nothing connects them. */
  public List<Region> overlapping(Region region) {
    return knownAddresses(region).stream()
        .flatMap(
            own ->
                regions.stream()
                    .filter(other -> !other.region().equals(region.region()))
                    .filter(
                        other ->
                            knownAddresses(other).filter(its -> its.overlaps(own)).isPresent()))
        .toList();
  }
}
