package dev.heimdall.model;

import java.time.Duration;
import java.util.Optional;

/** Settings for querying the RDS API about a cluster. */
public record ApiSettings(
    @Setting(
            value =
                "Whether the RDS API is asked, besides the servers themselves, which servers there"
                    + " are, where they are and how. `auto`: where the cluster is one of RDS, its"
                    + " region is known, and the node has AWS credentials; `on`: the same, and it is"
                    + " a fault when it cannot be asked; `off`: never.",
            byDefault = "auto")
        ApiUse use,
    @Setting(
            value =
                "The AWS region of the cluster; of a global cluster, a region in which it has a"
                    + " member.",
            otherwise =
                "worked out from `url`, where its host is one of RDS's names; of a global cluster"
                    + " else the node's own region",
            format = Format.NAME)
        Optional<String> region,
    @Setting(
            value = "What RDS calls the cluster, or with `rds` any instance of it.",
            otherwise = "worked out from `url`, where its host is one of RDS's names",
            format = Format.NAME)
        Optional<String> identifier,
    @Setting(
            value = "Where the API is.",
            otherwise = "where AWS has it in that region",
            format = Format.ENDPOINT)
        Optional<String> endpoint,
    @Setting(
            value =
                "How often it is asked, by one node of those that share a store; of the sources in"
                    + " a region, the shortest counts. A node without a store, or while that is"
                    + " away, asks a quarter as often.",
            byDefault = "30s",
            range = "1s..1h")
        Duration interval) {
  /** Every setting at its default. */
  public static ApiSettings defaults() {
    return Shape.of(ApiSettings.class).defaults();
  }
}
