package dev.heimdall.engine.share;

import dev.heimdall.model.Spelled;
import dev.heimdall.model.StoreSettings;

/**
 * State of the shared store, for people.
 *
 * @param connection how far this node has come
 * @param at the primaries where it is, separated by commas; empty while it is nowhere
 * @param answerMillis after how many milliseconds it answered last; {@link #UNKNOWN} where that is
 *     not known
 * @param others the other nodes that it hears
 * @param detail what there is to say of {@code keyEvents}; may be empty
 */
public record StoreState(
    StoreSettings settings,
    Connection connection,
    String at,
    long answerMillis,
    int others,
    KeyEvents keyEvents,
    String detail) {
  /** Stands for a time that is unknown. */
  static final long UNKNOWN = -1;

  /** Progress of a node in connecting. */
  public enum Connection implements Spelled {
    /** No data source needs the store. */
    UNUSED,
    /** The node looks for it. */
    AWAY,
    /** The node is there. */
    CONNECTED
  }

  /** Of a store that no data source needs. */
  public static StoreState unused(StoreSettings settings) {
    return new StoreState(settings, Connection.UNUSED, "", UNKNOWN, 0, KeyEvents.UNKNOWN, "");
  }
}
