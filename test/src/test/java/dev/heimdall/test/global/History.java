package dev.heimdall.test.global;

import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;

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
