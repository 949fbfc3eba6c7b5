package dev.heimdall.engine.rds;

import dev.heimdall.model.ApiUse;
import dev.heimdall.model.RdsPlace;
import dev.heimdall.routing.RdsName;
import dev.heimdall.routing.RdsServer;
import dev.heimdall.routing.RdsView;
import java.util.List;
import java.util.function.Consumer;

/**
 * A cluster that the API is asked about. Equal to itself only: two data sources may be one cluster.
 */
final class Watched {
  private final RdsPlace place;
  private final ApiUse use;
  private final Consumer<List<RdsServer>> told;

  Watched(RdsPlace place, ApiUse use, Consumer<List<RdsServer>> told) {
    this.place = place;
    this.use = use;
    this.told = told;
  }

  RdsName name() {
    return new RdsName(place.name(), place.cluster());
  }

  /** Whether it is a fault when the API cannot be asked. */
  boolean needed() {
    return use == ApiUse.ON;
  }

  /**
   * Passes on what is said of it, if anything is. A server by a name that it cannot have is left
   * out: whoever is asked for its role is also shown a password.
   */
  void tell(RdsView view) {
    List<RdsServer> servers = view.servers().get(place.name());
    if (servers != null) {
      told.accept(
          servers.stream()
              .filter(server -> server.host().map(place::includes).orElse(true))
              .toList());
    }
  }
}
