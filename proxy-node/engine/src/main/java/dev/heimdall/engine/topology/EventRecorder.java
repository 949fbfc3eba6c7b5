package dev.heimdall.engine.topology;

import dev.heimdall.model.ServerAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Tells in events what happens between one snapshot and the next, and how long states lasted that
 * end. For one thread at a time.
 */
public final class EventRecorder {
  private final Map<ServerAddress, Long> downSince = new HashMap<>();
  private long withoutWriterSince;
  private String suspicion = "";

  /**
   * @param nanos the moment from which on there is no writer, by {@link System#nanoTime}
   */
  public EventRecorder(long nanos) {
    withoutWriterSince = nanos;
  }

  /** Records the suspicion, in these words, that something must have happened to the writer. */
  public void suspected(String what) {
    suspicion = what;
  }

  /**
   * Returns the events between two topologies.
   *
   * @param at the moment as a date
   * @param nanos the same moment, by {@link System#nanoTime}
   */
  public List<TopologyEvent> tell(Topology before, Topology after, Instant at, long nanos) {
    List<TopologyEvent> events = new ArrayList<>();
    for (NodeChange change : NodeChange.between(before, after)) {
      if (change.matters()) {
        server(change, after.version(), at, nanos, events);
      }
    }
    writer(before, after, at, nanos, events);
    return events;
  }

  private void server(
      NodeChange change, long version, Instant at, long nanos, List<TopologyEvent> events) {
    ServerAddress server = change.address();
    if (change.after().isEmpty()) {
      downSince.remove(server);
      events.add(event(at, version, TopologyEvent.Kind.REMOVED, server, "not named any more"));
      return;
    }
    TopologyNode now = change.after().get();
    if (change.before().isEmpty()) {
      events.add(event(at, version, TopologyEvent.Kind.ADDED, server, now.why()));
    }
    if (change.replaced()) {
      events.add(
          event(
              at,
              version,
              TopologyEvent.Kind.REPLACED,
              server,
              "another server answers, or it was started anew"));
    }
    NodeState old = change.before().map(TopologyNode::state).orElse(NodeState.UNKNOWN);
    if (now.state() == old) {
      return;
    }
    switch (now.state()) {
      case DOWN -> {
        downSince.put(server, nanos);
        events.add(event(at, version, TopologyEvent.Kind.DOWN, server, now.why()));
      }
      case READ_ONLY -> {
        if (old != NodeState.SUSPECT || !downSince.containsKey(server)) {
          downSince.put(server, nanos);
          events.add(event(at, version, TopologyEvent.Kind.READ_ONLY, server, now.why() + hint()));
        }
      }
      case REFUTED ->
          events.add(event(at, version, TopologyEvent.Kind.CONFLICT, server, now.why()));
      case DETACHED ->
          events.add(event(at, version, TopologyEvent.Kind.DETACHED, server, now.why()));
      case UP -> {
        if (old != NodeState.SUSPECT) {
          Long since = downSince.remove(server);
          events.add(
              new TopologyEvent(
                  at,
                  version,
                  TopologyEvent.Kind.UP,
                  server,
                  now.why(),
                  Optional.ofNullable(since).map(s -> Duration.ofNanos(nanos - s))));
        }
      }
      case FENCED -> {
        suspicion = "";
        events.add(event(at, version, TopologyEvent.Kind.FENCED, server, now.why()));
      }
      case SUSPECT, UNKNOWN -> {
        // It is not known yet what this comes to.
      }
    }
  }

  private void writer(
      Topology before, Topology after, Instant at, long nanos, List<TopologyEvent> events) {
    Optional<TopologyNode> old = before.writer();
    Optional<TopologyNode> now = after.writer();
    if (now.map(TopologyNode::address).equals(old.map(TopologyNode::address))) {
      return;
    }
    if (now.isEmpty()) {
      withoutWriterSince = nanos;
      ServerAddress lost = old.orElseThrow().address();
      if (after.node(lost).filter(node -> node.state() == NodeState.FENCED).isPresent()) {
        return; // which is an event already
      }
      String why = after.node(lost).map(TopologyNode::why).orElse("not named any more");
      events.add(event(at, after.version(), TopologyEvent.Kind.NO_WRITER, lost, why + hint()));
      return;
    }
    events.add(
        new TopologyEvent(
            at,
            after.version(),
            TopologyEvent.Kind.WRITER,
            now.get().address(),
            now.get().why() + hint(),
            Optional.of(
                old.isPresent() ? Duration.ZERO : Duration.ofNanos(nanos - withoutWriterSince))));
  }

  private String hint() {
    String hint = suspicion.isEmpty() ? "" : "; probed because " + suspicion;
    suspicion = "";
    return hint;
  }

  private static TopologyEvent event(
      Instant at, long version, TopologyEvent.Kind kind, ServerAddress server, String cause) {
    return new TopologyEvent(at, version, kind, server, cause, Optional.empty());
  }
}
