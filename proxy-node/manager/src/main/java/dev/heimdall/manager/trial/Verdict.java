package dev.heimdall.manager.trial;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * Outcome for a statement.
 *
 * @param tables as written, without the database's catalogue
 * @param doubt why the statement is not understood; empty: it is
 * @param rules each rule of each list that is gone through, in order
 * @param decision everything that was decided: what it is called, and the value
 * @param rewritten the text that is sent in place of the statement's; empty: its own
 * @param goes where it would go
 * @param ways why there and not elsewhere, in the order in which a node looks at them
 */
public record Verdict(
    List<String> tables,
    Optional<String> doubt,
    List<Met> rules,
    Map<String, String> decision,
    Optional<String> rewritten,
    Place goes,
    List<Way> ways) {
  public Verdict {
    tables = List.copyOf(tables);
    rules = List.copyOf(rules);
    decision = Collections.unmodifiableMap(new LinkedHashMap<>(decision));
    ways = List.copyOf(ways);
  }

  /** Returns a copy whose texts may be shown: they quote rules. */
  public Verdict shown(UnaryOperator<String> mask) {
    Map<String, String> decided = new LinkedHashMap<>();
    decision.forEach((what, value) -> decided.put(what, mask.apply(value)));
    return new Verdict(
        tables,
        doubt,
        rules.stream().map(met -> met.shown(mask)).toList(),
        decided,
        rewritten.map(mask),
        goes,
        ways);
  }

  /** Result of applying a rule to the statement. */
  public enum Meeting {
    /** It counts. */
    MATCHED,
    /** Its expressions do not match. */
    NOT_MATCHED,
    /** It was passed over, whatever its expressions are. */
    SKIPPED
  }

  /**
   * One rule.
   *
   * @param depth how many calls led to its list
   * @param number its place in the list, from 1; 0: the list is switched off as a whole
   * @param why what made it match, or kept it from that
   * @param effect what it does, with its parameters; empty unless it matched
   */
  public record Met(
      int depth,
      String list,
      int number,
      String comment,
      String action,
      Meeting meeting,
      String why,
      String effect) {
    private Met shown(UnaryOperator<String> mask) {
      return new Met(
          depth,
          list,
          number,
          mask.apply(comment),
          action,
          meeting,
          mask.apply(why),
          mask.apply(effect));
    }
  }

  /** Possible destination of a statement. */
  public enum Place {
    /** Nowhere: the client gets an error. */
    REFUSED,
    /** The node answers by itself. */
    NODE,
    CACHE,
    /** It is carried out later. */
    QUEUE,
    /** Another data source. */
    SOURCE,
    REPLICA,
    WRITER
  }

  /**
   * A place where it might go.
   *
   * @param goes whether it would
   * @param why, or why not
   */
  public record Way(Place place, boolean goes, String why) {}

  /** It has a statement's tables in it. */
  @Override
  public String toString() {
    return "a verdict on " + rules.size() + " rules";
  }
}
