package dev.heimdall.model;

import java.time.Duration;
import java.util.Optional;

/** Catalogue data that the node reads from a data source's databases on its own account. */
public record CatalogSettings(
    @Setting(
            value =
                "Whether the node reads which tables, views, triggers and functions there are, over"
                    + " a connection of its own to each database in use. Without it any function"
                    + " that is not the server's own counts as one that writes.",
            byDefault = "true")
        boolean enabled,
    @Setting(
            value =
                "Who reads. Needs no more rights than CONNECT. Where neither this nor the source's"
                    + " `user` is set, nothing is read.",
            otherwise = "the source's `user`",
            format = Format.IDENTIFIER)
        Optional<String> user,
    @Setting(value = "That user's password.", otherwise = "the source's `password`")
        Optional<Secret> password,
    @Setting(
            value =
                "How often to look for changes that did not come through this node. Those that did"
                    + " are looked for at once. Where reads go to replicas or nodes share a store,"
                    + " databases in use are looked at every `cluster.probe.positionInterval`.",
            byDefault = "60s",
            range = "1s..1d")
        Duration refresh) {
  /** Every setting at its default. */
  public static CatalogSettings defaults() {
    return Shape.of(CatalogSettings.class).defaults();
  }
}
