package dev.heimdall.routing.instance;

import java.util.List;

/**
 * A rule of a security group that lets TCP connections in.
 *
 * @param from the first port
 * @param to the last one
 * @param sources networks, groups and prefix lists, as AWS writes them
 */
public record PortRule(int from, int to, List<String> sources) {
  /** The networks that are everybody. */
  private static final List<String> ALL = List.of("0.0.0.0/0", "::/0");

  public PortRule {
    sources = List.copyOf(sources);
  }

  /** Combined effect of all rules of an instance on a port. */
  public static PortState stateOf(int port, List<PortRule> rules) {
    PortState state = PortState.CLOSED;
    for (PortRule rule : rules) {
      if (rule.from <= port && port <= rule.to && !rule.sources.isEmpty()) {
        if (rule.sources.stream().anyMatch(ALL::contains)) {
          return PortState.OPEN_TO_ALL;
        }
        state = PortState.OPEN;
      }
    }
    return state;
  }
}
