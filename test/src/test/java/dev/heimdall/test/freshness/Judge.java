package dev.heimdall.test.freshness;

import dev.heimdall.model.Consistency;
import dev.heimdall.test.freshness.Operation.Kind;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Says of a history whether its reads saw what a consistency promises, and whether acknowledged
 * writes are still there. Knows nothing of nodes and servers.
 *
 * <p>What a list held is told by how long it was, once all that was read of it has been found to be
 * the beginning of what it is in the end; from then on it is a counter.
 */
final class Judge {
  /** So many times the propagation later a session finds again what it found before. */
  private static final int UNTIL_AGAIN = 2;

  private static final String PAST_NODES = " past all nodes";

  private final Consistency consistency;
  private final long propagation;
  private List<Operation> judged = List.of();

  /**
   * @param propagation nanoseconds after which a write is known to all nodes with the consistency
   *     {@code fleet}
   */
  Judge(Consistency consistency, long propagation) {
    this.consistency = consistency;
    this.propagation = propagation;
  }

  /**
   * @param counters what the counters are in the end
   * @param lists what the lists hold in the end
   */
  Verdict judge(
      List<Operation> history, Map<String, Long> counters, Map<String, List<Long>> lists) {
    Verdict verdict = new Verdict();
    List<Operation> counted = new ArrayList<>(history.size());
    Map<String, Long> finals = new HashMap<>(counters);
    lists.forEach((list, elements) -> finals.put(list, (long) elements.size()));
    Map<String, Map<Long, Integer>> places = places(lists, verdict);
    for (Operation operation : history) {
      Operation counter = asCounter(operation, lists, places, verdict);
      if (counter != null) {
        counted.add(counter);
      }
    }
    judged = counted;
    judgeWrites(counted, finals, verdict);
    judgeReads(counted, finals, verdict);
    return verdict;
  }

  private static Map<String, Map<Long, Integer>> places(
      Map<String, List<Long>> lists, Verdict verdict) {
    Map<String, Map<Long, Integer>> places = new HashMap<>();
    lists.forEach(
        (list, elements) -> {
          Map<Long, Integer> of = new HashMap<>();
          for (int i = 0; i < elements.size(); i++) {
            if (of.put(elements.get(i), i + 1) != null) {
              verdict.violated("%s holds %d twice".formatted(list, elements.get(i)));
            }
          }
          places.put(list, of);
        });
    return places;
  }

  private static Operation asCounter(
      Operation operation,
      Map<String, List<Long>> lists,
      Map<String, Map<Long, Integer>> places,
      Verdict verdict) {
    if (operation.kind() == Kind.READ_LIST) {
      List<Long> read = operation.elements();
      List<Long> last = lists.get(operation.object());
      if (read.size() > last.size() || !last.subList(0, read.size()).equals(read)) {
        verdict.violated(
            "%s found %s, which is no beginning of what is there in the end"
                .formatted(operation, read));
        return null;
      }
      return counter(operation, Kind.READ, read.size());
    }
    if (operation.kind() == Kind.APPEND && operation.known()) {
      Integer place = places.get(operation.object()).get(operation.value());
      if (place == null) {
        verdict.lost(operation);
        return null;
      }
      return counter(operation, Kind.RAISE, place);
    }
    return operation;
  }

  private static Operation counter(Operation list, Kind kind, long value) {
    return new Operation(
        kind,
        list.session(),
        list.node(),
        list.object(),
        value,
        null,
        list.began(),
        list.ended(),
        true);
  }

  /** Each acknowledged write made another value, and none is beyond what is there in the end. */
  private static void judgeWrites(
      List<Operation> history, Map<String, Long> finals, Verdict verdict) {
    Map<String, Set<Long>> made = new HashMap<>();
    Map<String, Integer> possible = new HashMap<>();
    for (Operation write : history) {
      if (!write.kind().isWrite()) {
        continue;
      }
      verdict.writes++;
      possible.merge(write.object(), 1, Integer::sum);
      if (!write.known()) {
        verdict.unknown++;
        continue;
      }
      boolean another =
          made.computeIfAbsent(write.object(), o -> new HashSet<>()).add(write.value());
      if (!another || write.value() > finals.get(write.object())) {
        verdict.lost(write);
      }
    }
    finals.forEach(
        (object, last) -> {
          if (last > possible.getOrDefault(object, 0)) {
            verdict.violated(
                "%s was written %d times and asked to be %d times"
                    .formatted(object, last, possible.getOrDefault(object, 0)));
          }
        });
  }

  private void judgeReads(List<Operation> history, Map<String, Long> finals, Verdict verdict) {
    Map<String, Acknowledged> scopes = acknowledged(history);
    Map<String, Long> seen = new HashMap<>();
    Map<String, Acknowledged> found = new HashMap<>();
    history.stream()
        .filter(operation -> !operation.kind().isWrite())
        .sorted(Comparator.comparingLong(Operation::began))
        .forEach(
            read -> {
              verdict.reads++;
              if (read.value() > finals.get(read.object())) {
                verdict.violated(read + " found what is not there in the end");
              }
              judge(read, scopes, verdict);
              again(read, found, verdict);
              if (seen.merge(read.session() + " " + read.object(), read.value(), Math::max)
                  > read.value()) {
                verdict.backwards++;
              }
            });
  }

  /** Whatever the consistency, what a session found long ago it finds again. */
  private void again(Operation read, Map<String, Acknowledged> found, Verdict verdict) {
    Acknowledged earlier =
        found.computeIfAbsent(read.object() + session(read), o -> new Acknowledged());
    require(read, earlier, UNTIL_AGAIN * propagation, "its own session, long ago,", verdict);
    earlier.add(read.ended(), read.value());
  }

  private void judge(Operation read, Map<String, Acknowledged> scopes, Verdict verdict) {
    Acknowledged all = of(scopes, read.object(), "");
    require(read, of(scopes, read.object(), session(read)), 0, "its own client", verdict);
    switch (consistency) {
      case SESSION -> {}
      case FLEET -> {
        require(read, of(scopes, read.object(), node(read)), 0, "a client of its node", verdict);
        require(read, all, propagation, "a client of another node, long ago,", verdict);
      }
      case STRICT -> require(read, all, 0, "a client", verdict);
    }
    if (consistency != Consistency.SESSION) {
      Acknowledged past = of(scopes, read.object(), PAST_NODES);
      require(read, past, propagation, "somebody past all nodes, long ago,", verdict);
    }
    long missed = all.firstAbove(read.value());
    if (missed < read.began()) {
      verdict.missed(read.began() - missed);
    }
  }

  private void require(
      Operation read, Acknowledged acknowledged, long delay, String whose, Verdict verdict) {
    long needed = acknowledged.before(read.began() - delay);
    if (read.value() < needed) {
      verdict.violated(
          "%s found %d, but %s had been told of %d, made by %s"
              .formatted(read, read.value(), whose, needed, makers(read, needed)));
    }
  }

  /** The writes that a read has missed, each with what its client did by the same statement. */
  private String makers(Operation read, long needed) {
    return judged.stream()
        .filter(write -> write.kind().isWrite() && write.object().equals(read.object()))
        .filter(write -> write.value() > read.value() && write.value() <= needed)
        .flatMap(write -> judged.stream().filter(other -> byOneStatement(write, other)))
        .map(Operation::toString)
        .collect(Collectors.joining("; "));
  }

  private static boolean byOneStatement(Operation one, Operation other) {
    return one.session() == other.session() && one.began() == other.began();
  }

  private static Map<String, Acknowledged> acknowledged(List<Operation> history) {
    Map<String, Acknowledged> scopes = new HashMap<>();
    history.stream()
        .filter(operation -> operation.kind().isWrite() && operation.known())
        .sorted(Comparator.comparingLong(Operation::ended))
        .forEach(
            write -> {
              for (String scope : scopes(write)) {
                scopes
                    .computeIfAbsent(write.object() + scope, o -> new Acknowledged())
                    .add(write.ended(), write.value());
              }
            });
    return scopes;
  }

  /** Of whom somebody knows that they were told. */
  private static List<String> scopes(Operation write) {
    return write.node() == Operation.PAST_NODES
        ? List.of(PAST_NODES)
        : List.of("", session(write), node(write));
  }

  private static Acknowledged of(Map<String, Acknowledged> scopes, String object, String scope) {
    return scopes.getOrDefault(object + scope, Acknowledged.NOTHING);
  }

  private static String session(Operation operation) {
    return " session " + operation.session();
  }

  private static String node(Operation operation) {
    return " node " + operation.node();
  }
}
