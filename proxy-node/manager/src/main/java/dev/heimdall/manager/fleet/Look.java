package dev.heimdall.manager.fleet;

import java.util.List;
import java.util.Map;

/**
 * What a node is to show in its reports as long as somebody looks at it.
 *
 * @param id by which it is found in the report
 * @param parameters what is to be seen, by name
 */
public record Look(String id, Map<String, String> parameters) {
  public Look {
    parameters = Map.copyOf(parameters);
  }

  /** Who knows what is looked at now. */
  public interface Source {
    /** What a node is to show. */
    List<Look> of(String node);
  }
}
