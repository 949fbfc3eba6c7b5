package dev.heimdall.engine.report;

import java.util.Map;

/**
 * Live view: what a manager shows at the moment, and ordinary reports leave out.
 *
 * @param id by which the manager finds it again
 * @param parameters what he wants to see, by name
 */
public record LiveView(String id, Map<String, String> parameters) {
  public LiveView {
    parameters = Map.copyOf(parameters);
  }

  /** One of the parameters; empty: it does not matter. */
  public String parameter(String name) {
    return parameters.getOrDefault(name, "");
  }
}
