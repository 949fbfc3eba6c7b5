package dev.heimdall.manager.fleet;

import java.util.List;
import java.util.Map;

/**
 * Live view: what a node adds to its reports as long as a manager shows it.
 *
 * @param id by which it is found in the report
 * @param parameters what is to be seen, by name
 */
public record LiveView(String id, Map<String, String> parameters) {
  public LiveView {
    parameters = Map.copyOf(parameters);
  }

  /** Source of the views that are looked at now. */
  public interface Source {
    /** Returns the views that a node has to show. */
    List<LiveView> of(String node);
  }
}
