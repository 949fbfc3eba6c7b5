package dev.heimdall.engine.session.placement;

import dev.heimdall.engine.route.ClusterView;
import dev.heimdall.engine.route.LoopRouter;
import java.util.HashMap;
import java.util.Map;

/** Routers for the reads of one event loop's sessions, one for each source. */
public final class LoopRouters {
  private final Map<String, LoopRouter> routers = new HashMap<>();

  /** Says where the reads of a source go that is this cluster now. */
  LoopRouter router(String source, ClusterView view) {
    LoopRouter known = routers.get(source);
    if (known == null || known.view() != view) {
      known = view.router();
      routers.put(source, known);
    }
    return known;
  }
}
