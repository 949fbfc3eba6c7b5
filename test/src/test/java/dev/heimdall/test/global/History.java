package dev.heimdall.test.global;

import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What all clients did and were answered. */
final class History {
  private final Queue<Write> writes = new ConcurrentLinkedQueue<>();
  private final Queue<Read> reads = new ConcurrentLinkedQueue<>();
  private final Queue<Idle> idle = new ConcurrentLinkedQueue<>();
  private final Map<Integer, Region> clients = new ConcurrentHashMap<>();

  /** As it is now. */
  History copy() {
    History copy = new History();
    copy.writes.addAll(writes);
    copy.reads.addAll(reads);
    copy.idle.addAll(idle);
    copy.clients.putAll(clients);
    return copy;
  }

  void begins(int client, Region region) {
    clients.put(client, region);
  }

  void add(Write write) {
    writes.add(write);
  }

  void add(Read read) {
    reads.add(read);
  }

  void add(Idle one) {
    idle.add(one);
  }

  /** Whose region each client is of. */
  Map<Integer, Region> clients() {
    return clients;
  }

  List<Write> writes() {
    return List.copyOf(writes);
  }

  List<Read> reads() {
    return List.copyOf(reads);
  }

  List<Idle> idle() {
    return List.copyOf(idle);
  }

  /** What clients were told that was no answer, and how often. */
  Map<String, Long> errors() {
    return Stream.concat(
            writes.stream().map(write -> "write: " + write.error()),
            reads.stream().map(read -> "read: " + read.error()))
        .filter(said -> !said.endsWith(": "))
        .collect(Collectors.groupingBy(said -> said, TreeMap::new, Collectors.counting()));
  }

  /** A client of the region has an acknowledged write begun after a moment, by that server. */
  boolean hasWritten(Region region, String server, long after) {
    return writes.stream()
        .anyMatch(
            w ->
                w.region().equals(region)
                    && w.acknowledged()
                    && w.server().equals(server)
                    && w.begun() > after);
  }

  /** How many writes of clients of a region were acknowledged. */
  long written(Region region) {
    return writes.stream().filter(w -> w.acknowledged() && w.region().equals(region)).count();
  }
}
