package dev.heimdall.engine.catalog;

import dev.heimdall.engine.sql.RoutineBody;
import java.util.List;

/**
 * A function or procedure that is not the server's own, as its database has it.
 *
 * @param id by which others name it
 * @param mayWrite whether it may change anything by itself: the server keeps others from it
 * @param body what its source says; null where it cannot be read
 * @param instead what is known of one without a body; else null
 * @param temporaryPath how things that it creates may be temporary though nothing says so, as the
 *     end of a sentence that begins with it; null where they are not
 * @param also functions that it calls besides what its body says, by their ids
 */
public record RoutineRow(
    long id,
    String schema,
    String name,
    boolean mayWrite,
    RoutineBody body,
    Unread instead,
    String temporaryPath,
    List<Long> also) {

  /**
   * Effect of a function with an unreadable body.
   *
   * @param because what makes the effect more than {@link FunctionEffect#REPEATABLE}, as the end of
   *     a sentence that begins with the function
   * @param readsUnnamed whether it may read tables that cannot be named, whatever it may change
   * @param movesNames whether names in statements may mean something else after it
   */
  public record Unread(
      FunctionEffect effect, String because, boolean readsUnnamed, boolean movesNames) {
    /** One that does nothing but to compute. */
    public static final Unread NOTHING = new Unread(FunctionEffect.REPEATABLE, null, false, false);
  }

  /** One whose body can be read. */
  public static RoutineRow of(
      long id, String schema, String name, boolean mayWrite, RoutineBody body, List<Long> also) {
    return new RoutineRow(id, schema, name, mayWrite, body, null, null, also);
  }
}
