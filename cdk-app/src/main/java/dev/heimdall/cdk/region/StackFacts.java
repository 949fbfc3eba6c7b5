package dev.heimdall.cdk.region;

import dev.heimdall.cdk.config.Deployment;
import dev.heimdall.cdk.config.Manager;
import dev.heimdall.cdk.config.OwnFacts;
import dev.heimdall.cdk.config.Region;
import dev.heimdall.cdk.constructs.HeimdallFacts;
import dev.heimdall.cdk.constructs.HeimdallManager;
import dev.heimdall.cdk.constructs.IHeimdallStore;
import dev.heimdall.cdk.documents.DocumentStores;
import dev.heimdall.cdk.network.Place;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Facts that differ in each region, from the resources of its stack and the settings in its file.
 * The names are the same in all of them, whatever they have, so that one {@code node.json} is right
 * everywhere, and stays so when a region gets a store or a manager later.
 */
public final class StackFacts {
  private StackFacts() {}

  /** Those that the manager is told: without its own URL, unless that is another one. */
  public static HeimdallFacts of(
      Deployment deployment,
      Region region,
      Place place,
      DocumentStores documents,
      Optional<IHeimdallStore> store) {
    Map<String, Object> said = region.facts().values();
    Manager manager = region.manager();
    HeimdallFacts facts =
        HeimdallFacts.ofRegion()
            .bucket(documents.bucket())
            .number(OwnFacts.HTTP_PORT, region.fleet().httpPort())
            .number(OwnFacts.MANAGERS, manager.enabled() ? manager.size() : 1)
            // Each region has a store of its own.
            .text(OwnFacts.STORE_SCOPE, deployment.regions().size() > 1 ? "region" : "auto");
    facts =
        store.isPresent()
            ? facts.store(store.get())
            : facts
                .list(OwnFacts.STORE, List.of())
                .text(OwnFacts.STORE_MODE, "standalone")
                // Documents that name a secret need one, also where no password is needed.
                .text(OwnFacts.STORE_PASSWORD, documents.fleetKeyName())
                .text(OwnFacts.STORE_TLS, "verify-full");
    if (!said.containsKey(OwnFacts.SUBNETS)) {
      facts = facts.list(OwnFacts.SUBNETS, place.networks());
    }
    if (!said.containsKey(OwnFacts.ADDRESSES) && deployment.knownAddresses(region).isPresent()) {
      facts = facts.text(OwnFacts.ADDRESSES, deployment.knownAddresses(region).get().toString());
    }
    for (Map.Entry<String, Object> one : said.entrySet()) {
      facts = with(facts, one.getKey(), one.getValue());
    }
    // A certificate has a name that the load balancer's own is not.
    if (!manager.enabled() || manager.certificate().isPresent()) {
      Optional<String> url = manager.enabled() ? manager.url() : Optional.empty();
      facts =
          url.isPresent()
              ? facts.text(OwnFacts.MANAGER, url.get())
              : facts.list(OwnFacts.MANAGER, List.of());
    }
    return facts;
  }

  /** Those that nodes are told. */
  public static HeimdallFacts ofNodes(HeimdallFacts facts, Optional<HeimdallManager> manager) {
    return facts.has(OwnFacts.MANAGER) ? facts : facts.manager(manager.orElseThrow());
  }

  private static HeimdallFacts with(HeimdallFacts facts, String name, Object value) {
    if (value instanceof BigDecimal number) {
      return facts.number(name, number);
    }
    if (value instanceof Boolean truth) {
      return facts.truth(name, truth);
    }
    return value instanceof List<?> list
        ? facts.list(name, list)
        : facts.text(name, (String) value);
  }
}
