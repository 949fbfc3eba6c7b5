package dev.heimdall.engine.report;

import java.util.Map;

/**
 * What somebody at a manager looks at for the moment, and which every report is not to have.
 *
 * @param id by which the manager finds it again
 * @param parameters what he wants to see, by name
 */
public record Look(String id, Map<String, String> parameters) {
  public Look {
    parameters = Map.copyOf(parameters);
  }

  /** One of the parameters; empty: it does not matter. */
  public String parameter(String name) {
    return parameters.getOrDefault(name, "");
  }
}
