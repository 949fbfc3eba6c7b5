package dev.heimdall.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Values of a template's variables at a moment.
 *
 * @param listeners addresses of an availability group
 * @param writers servers that take writes; usually one
 * @param replicas servers that only read
 * @param writeEndpoint a name that leads to the writer, as far as the DNS knows
 * @param readEndpoint a name that leads to readers
 */
public record ClusterMembers(
    List<ServerAddress> listeners,
    List<ServerAddress> writers,
    List<ServerAddress> replicas,
    Optional<ServerAddress> writeEndpoint,
    Optional<ServerAddress> readEndpoint) {
  public ClusterMembers {
    listeners = List.copyOf(listeners);
    writers = List.copyOf(writers);
    replicas = List.copyOf(replicas);
  }

  /** The hosts that a variable stands for, writers first. */
  List<ServerAddress> of(TemplateVariable variable) {
    return switch (variable) {
      case LISTENER -> listeners;
      case WRITER, WRITERS -> writers;
      case READER, READERS -> {
        List<ServerAddress> readers = new ArrayList<>(writers);
        readers.addAll(replicas);
        yield readers;
      }
      case WRITE_ENDPOINT -> writeEndpoint.stream().toList();
      case READ_ENDPOINT -> readEndpoint.stream().toList();
    };
  }
}
