package dev.heimdall.cdk.config;

import dev.heimdall.model.Cidr;
import dev.heimdall.model.Format;
import dev.heimdall.model.Setting;
import java.util.List;
import java.util.Map;

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
    @Setting("Names that lead an application to the nearest region's nodes.") Routing routing,
    @Setting(value = "Tags of everything that is made.", byDefault = "{}")
        Map<String, String> tags) {
  public Deployment {
    regions = List.copyOf(regions);
    tags = Map.copyOf(tags);
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
   * The other regions whose networks are made with addresses that this one's has as well: nothing
   * connects them.
   */
  public List<Region> overlapping(Region region) {
    if (region.network().vpc().isPresent()) {
      return List.of();
    }
    return regions.stream()
        .filter(other -> !other.region().equals(region.region()))
        .filter(other -> other.network().vpc().isEmpty())
        .filter(other -> RegionAddresses.overlap(addresses(other), addresses(region)))
        .toList();
  }
}
