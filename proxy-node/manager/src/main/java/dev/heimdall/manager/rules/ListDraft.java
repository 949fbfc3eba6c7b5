package dev.heimdall.manager.rules;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heimdall.manager.jsontext.JsonLayout;
import dev.heimdall.model.SettingField;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/**
 * Changes of a rule list that are not made yet. Each rule keeps its number of the draft wherever it
 * is moved to; one that is deleted stays where it was, marked, until the change is made.
 *
 * @param id as forms name the draft
 * @param document the list's
 * @param over the version that is changed; empty: there is no such document
 * @param base the text that is changed
 * @param text its frame, as it would be
 * @param next number of the next rule
 */
record ListDraft(
    String id,
    String document,
    Optional<String> over,
    String base,
    ListText text,
    List<Entry> entries,
    int next) {
  /** Initial text of a list that does not exist yet. */
  static final String NEW = "{\n  \"rules\": []\n}\n";

  /** Of a rule's members. */
  private static final List<String> ORDER =
      SettingField.ofRule(Optional.empty()).stream().map(SettingField::key).toList();

  private static final int NEW_RULE = -1;

  /** Bytes of an entry beside its text's. */
  private static final int ENTRY = 100;

  ListDraft {
    entries = List.copyOf(entries);
  }

  /**
   * A rule.
   *
   * @param number which it keeps
   * @param origin its place in the text that is changed; -1: it is new
   * @param revision how often it was changed
   */
  record Entry(int number, int origin, String text, boolean deleted, int revision) {
    boolean isNew() {
      return origin == NEW_RULE;
    }

    private Entry deleted(boolean now) {
      return new Entry(number, origin, text, now, revision);
    }

    private Entry text(String now) {
      return new Entry(number, origin, now, deleted, revision + 1);
    }

    /** It may hold secrets. */
    @Override
    public String toString() {
      return "rule " + number;
    }
  }

  /** Difference between a rule and its existing version. */
  enum State {
    SAME,
    NEW,
    CHANGED,
    MOVED,
    DELETED
  }

  /**
   * Nothing is changed yet.
   *
   * @param base the document's text
   */
  static ListDraft of(
      String id, String document, Optional<String> over, String base, ListText text) {
    List<Entry> entries = new ArrayList<>();
    for (String rule : text.rules()) {
      entries.add(new Entry(entries.size(), entries.size(), rule, false, 0));
    }
    return new ListDraft(id, document, over, base, text, entries, entries.size());
  }

  private ListDraft with(List<Entry> now) {
    return new ListDraft(id, document, over, base, text, now, next);
  }

  /** About what it takes in memory: the text, its rules as they were, and as they are. */
  long bytes() {
    return 4L * base.length()
        + entries.stream().mapToLong(entry -> 2L * entry.text().length() + ENTRY).sum();
  }

  /** The place of a rule; -1: there is none by this number. */
  int place(int number) {
    return IntStream.range(0, entries.size())
        .filter(i -> entries.get(i).number() == number)
        .findFirst()
        .orElse(-1);
  }

  Optional<Entry> entry(int number) {
    return entries.stream().filter(entry -> entry.number() == number).findFirst();
  }

  private ListDraft map(int number, UnaryOperator<Entry> change) {
    return with(
        entries.stream()
            .map(entry -> entry.number() == number ? change.apply(entry) : entry)
            .toList());
  }

  ListDraft delete(int number, boolean deleted) {
    return map(number, entry -> entry.deleted(deleted));
  }

  /** Has a rule say this. */
  ListDraft write(int number, String rule) {
    return map(number, entry -> entry.text().equals(rule) ? entry : entry.text(rule));
  }

  /** Has a rule say what it said. */
  ListDraft reset(int number) {
    Entry entry = entry(number).orElseThrow();
    return entry.isNew() ? this : write(number, was(entry));
  }

  private String was(Entry entry) {
    return ListText.of(base).orElseThrow().rules().get(entry.origin());
  }

  /** Switches a rule on or off. */
  ListDraft toggle(int number) {
    Entry entry = entry(number).orElseThrow();
    ObjectNode rule = JsonLayout.tree(entry.text());
    boolean off = rule.path("enabled").isBoolean() && !rule.path("enabled").booleanValue();
    if (off && !entry.isNew() && isOnAtFirst(entry) && sameBut(entry)) {
      return reset(number);
    }
    if (off) {
      rule.remove("enabled");
    } else {
      JsonLayout.put(rule, "enabled", rule.booleanNode(false), ORDER);
    }
    return write(number, JsonLayout.text(rule, text.indent()));
  }

  private boolean isOnAtFirst(Entry entry) {
    return JsonLayout.tree(was(entry)).path("enabled").asBoolean(true);
  }

  /** True if nothing but its switch was changed. */
  private boolean sameBut(Entry entry) {
    ObjectNode before = JsonLayout.tree(was(entry));
    ObjectNode now = JsonLayout.tree(entry.text());
    before.remove("enabled");
    now.remove("enabled");
    return before.equals(now);
  }

  /**
   * Moves a rule.
   *
   * @param before the rule that it is to stand in front of; one that there is not: to the end
   */
  ListDraft move(int number, int before) {
    if (number == before) {
      return this;
    }
    List<Entry> moved = new ArrayList<>(entries);
    Entry entry = moved.remove(place(number));
    int place =
        IntStream.range(0, moved.size())
            .filter(i -> moved.get(i).number() == before)
            .findFirst()
            .orElse(moved.size());
    moved.add(place, entry);
    return with(moved);
  }

  /** Moves a rule by one place. */
  ListDraft step(int number, boolean up) {
    int place = place(number);
    int to = up ? place - 1 : place + 1;
    if (place < 0 || to < 0 || to >= entries.size()) {
      return this;
    }
    List<Entry> moved = new ArrayList<>(entries);
    moved.add(to, moved.remove(place));
    return with(moved);
  }

  /**
   * Adds a rule, by the number {@link #next}.
   *
   * @param behind the rule that it is to stand behind; one that there is not: at the beginning
   */
  ListDraft add(int behind, String rule) {
    List<Entry> more = new ArrayList<>(entries);
    more.add(place(behind) + 1, new Entry(next, NEW_RULE, rule, false, 0));
    return new ListDraft(id, document, over, base, text, more, next + 1);
  }

  /**
   * Has the list itself say this.
   *
   * @param frame the list without rules
   */
  ListDraft frame(String frame) {
    return new ListDraft(id, document, over, base, text.framed(frame), entries, next);
  }

  /** The rules that would be there. */
  List<Entry> kept() {
    return entries.stream().filter(entry -> !entry.deleted()).toList();
  }

  /** Resulting text of the document. */
  String result() {
    return changes() == 0 ? base : text.with(kept().stream().map(Entry::text).toList());
  }

  /** True if the list's own members would be others. */
  boolean changesFrame() {
    return !text.frame().equals(ListText.of(base).orElseThrow().frame());
  }

  /** Number of changes made; an addition that was deleted again is none. */
  int changes() {
    List<State> states = states();
    int changed = 0;
    for (int i = 0; i < states.size(); i++) {
      boolean goneAgain = states.get(i) == State.DELETED && entries.get(i).isNew();
      changed += states.get(i) == State.SAME || goneAgain ? 0 : 1;
    }
    return changed + (changesFrame() ? 1 : 0);
  }

  /** Returns the difference of each rule. */
  List<State> states() {
    List<String> before = ListText.of(base).orElseThrow().rules();
    Set<Integer> still = inOrder();
    return entries.stream()
        .map(
            entry ->
                entry.deleted()
                    ? State.DELETED
                    : entry.isNew()
                        ? State.NEW
                        : !entry.text().equals(before.get(entry.origin()))
                            ? State.CHANGED
                            : still.contains(entry.origin()) ? State.SAME : State.MOVED)
        .toList();
  }

  /** As many rules as can be said to have stayed where they were, by their origins. */
  private Set<Integer> inOrder() {
    int[] origins = entries.stream().filter(e -> !e.isNew()).mapToInt(Entry::origin).toArray();
    int[] tails = new int[origins.length];
    int[] behind = new int[origins.length];
    int longest = 0;
    for (int i = 0; i < origins.length; i++) {
      int at = 0;
      int end = longest;
      while (at < end) {
        int middle = (at + end) >>> 1;
        if (origins[tails[middle]] < origins[i]) {
          at = middle + 1;
        } else {
          end = middle;
        }
      }
      behind[i] = at == 0 ? -1 : tails[at - 1];
      tails[at] = i;
      longest = Math.max(longest, at + 1);
    }
    Set<Integer> still = new HashSet<>();
    for (int i = longest == 0 ? -1 : tails[longest - 1]; i >= 0; i = behind[i]) {
      still.add(origins[i]);
    }
    return still;
  }

  /** Texts that secrets of it may come from. */
  List<String> known() {
    List<String> known = new ArrayList<>(List.of(base));
    entries.forEach(entry -> known.add(entry.text()));
    return known;
  }

  /** It may hold secrets. */
  @Override
  public String toString() {
    return "changes of " + document;
  }
}
