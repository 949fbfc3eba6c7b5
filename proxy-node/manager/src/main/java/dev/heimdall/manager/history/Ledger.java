package dev.heimdall.manager.history;

import dev.heimdall.secrets.Content;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Combined content of the lines of a history. A change of another's edit has begun after that, so
 * revisions are applied in the order in which they were begun, whenever their ends were reported.
 */
final class Ledger {
  private final Map<Integer, Line.Begin> begun = new LinkedHashMap<>();
  private final Map<Integer, Line.End> ended = new HashMap<>();
  private final Map<String, String> texts = new HashMap<>();
  private final SortedMap<String, String> first = new TreeMap<>();
  private final List<Line.Begin> applied = new ArrayList<>();
  private int next = 1;

  Ledger(List<String> lines) {
    boolean opened = false;
    for (String text : lines) {
      Optional<Line> line = Line.read(text);
      if (line.isEmpty()) {
        continue;
      }
      if (line.get() instanceof Line.Opening opening) {
        if (!opened && begun.isEmpty()) {
          first.putAll(opening.state());
        }
        next = Math.max(next, opening.next());
      } else if (line.get() instanceof Line.Begin begin) {
        begun.putIfAbsent(begin.number(), begin);
        texts.putAll(begin.texts());
        next = Math.max(next, begin.number() + 1);
      } else if (line.get() instanceof Line.End end) {
        ended.putIfAbsent(end.number(), end);
      }
      opened = true;
    }
    begun.values().stream().filter(begin -> !isOpen(begin)).forEach(applied::add);
  }

  private static void put(DocumentChange change, Map<String, String> state) {
    change
        .after()
        .ifPresentOrElse(
            hash -> state.put(change.document(), hash), () -> state.remove(change.document()));
  }

  private boolean isOpen(Line.Begin begin) {
    return begin.signature().isPresent() && !ended.containsKey(begin.number());
  }

  /** Returns the written changes of a revision that has ended. */
  private List<DocumentChange> written(Line.Begin begin) {
    Line.End end = ended.get(begin.number());
    return end == null
        ? begin.changes()
        : begin.changes().stream()
            .filter(change -> end.written().contains(change.document()))
            .toList();
  }

  /** The number of the next revision. */
  int next() {
    return next;
  }

  Optional<Line.Begin> begun(int number) {
    return Optional.ofNullable(begun.get(number));
  }

  /** Those whose end was not reported. */
  List<Line.Begin> open() {
    return begun.values().stream().filter(this::isOpen).toList();
  }

  /** The hashes of all documents as they are to be now, but for what is open. */
  SortedMap<String, String> state() {
    return after(Integer.MAX_VALUE);
  }

  /** The hashes of all documents after a revision; after all of them for one that is not there. */
  SortedMap<String, String> after(int number) {
    SortedMap<String, String> state = new TreeMap<>(first);
    for (Line.Begin begin : applied) {
      written(begin).forEach(change -> put(change, state));
      if (begin.number() == number) {
        break;
      }
    }
    return state;
  }

  /** Returns the changes that were made past the managers. */
  List<DocumentChange> outside(SortedMap<String, String> there) {
    Set<String> moving =
        open().stream()
            .flatMap(begin -> begin.changes().stream())
            .map(DocumentChange::document)
            .collect(Collectors.toSet());
    return difference(state(), there).stream()
        .filter(change -> !moving.contains(change.document()))
        .toList();
  }

  static List<DocumentChange> difference(
      SortedMap<String, String> before, SortedMap<String, String> after) {
    Set<String> names = new HashSet<>(before.keySet());
    names.addAll(after.keySet());
    return names.stream()
        .sorted()
        .map(
            name ->
                new DocumentChange(
                    name,
                    Optional.ofNullable(before.get(name)),
                    Optional.ofNullable(after.get(name))))
        .filter(change -> !change.before().equals(change.after()))
        .toList();
  }

  /** A text, if it was kept. */
  Optional<Content> text(String hash) {
    return Optional.ofNullable(texts.get(hash)).flatMap(Line::unpacked);
  }

  /** The last one first, but for those before a time and beyond a number. */
  List<Revision> revisions(int most, Instant since) {
    List<Line.Begin> all = new ArrayList<>(applied);
    all.addAll(open());
    List<Revision> revisions = new ArrayList<>();
    for (int i = all.size() - 1; i >= 0 && revisions.size() < most; i--) {
      if (!all.get(i).at().isBefore(since) && !isNothing(all.get(i))) {
        revisions.add(revision(all.get(i)));
      }
    }
    return revisions;
  }

  /** True if another writer was faster, so that the revision was never made. */
  private boolean isNothing(Line.Begin begin) {
    return ended.containsKey(begin.number()) && written(begin).isEmpty();
  }

  private Revision revision(Line.Begin begin) {
    List<DocumentChange> written = isOpen(begin) ? begin.changes() : written(begin);
    return new Revision(
        begin.number(),
        begin.at(),
        begin.signature(),
        begin.of(),
        written,
        isOpen(begin)
            ? Revision.State.BEGUN
            : written.size() == begin.changes().size()
                ? Revision.State.WRITTEN
                : Revision.State.PARTLY);
  }
}
