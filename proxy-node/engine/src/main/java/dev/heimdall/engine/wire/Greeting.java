package dev.heimdall.engine.wire;

import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/**
 * Messages of a server to a session that begins.
 *
 * @param reported values of its own and of the session, by their names
 * @param warned what it says before, whatever the session wants to hear, in the protocol's bytes
 * @param said what it says afterwards, as notices
 */
public record Greeting(Map<String, String> reported, byte[] warned, byte[] said) {
  private static final byte[] NOTHING = new byte[0];

  /** One without words. */
  public static Greeting of(Map<String, String> reported) {
    return new Greeting(reported, NOTHING, NOTHING);
  }

  /**
   * Returns this greeting in the form of a writer that has all that this replica has.
   *
   * @param standby the value that says that a server is a replica; not all servers report it
   */
  public Greeting ofWriter(String standby) {
    if (!reported.containsKey(standby)) {
      return this;
    }
    Map<String, String> values = new TreeMap<>(reported);
    values.put(standby, "off");
    return new Greeting(values, warned, said);
  }

  /** Returns this greeting for a session that gets a further message before it. */
  public Greeting warning(byte[] more) {
    if (more.length == 0) {
      return this;
    }
    byte[] all = Arrays.copyOf(warned, warned.length + more.length);
    System.arraycopy(more, 0, all, warned.length, more.length);
    return new Greeting(reported, all, said);
  }

  /** Returns this greeting for a session that wants to hear no notices. */
  public Greeting silent() {
    return said.length == 0 ? this : new Greeting(reported, warned, NOTHING);
  }
}
