package dev.heimdall.cdk.config;

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
}
