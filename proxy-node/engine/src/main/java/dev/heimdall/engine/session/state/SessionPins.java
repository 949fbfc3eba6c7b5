package dev.heimdall.engine.session.state;

import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.sql.PinReason;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Pins of a session: state on its server connection that cannot be carried to another one; the
 * certainty of that, and the names by which it may end.
 */
public final class SessionPins {
  /** Of a session that is pinned for more by name it is not asked whether it still is. */
  private static final int MOST_NAMES = 100;

  private final Set<PinReason> pins = new LinkedHashSet<>(2);

  /** Those of {@link #pins} that may turn out to be none. */
  private final Set<PinReason> doubted = new HashSet<>(0);

  /** Those of {@link #pins} that may be gone since, as a statement may have taken them away. */
  private final Set<PinReason> inQuestion = new LinkedHashSet<>(0);

  /** Names of its pins, where these have names. */
  private final Set<String> names = new LinkedHashSet<>(0);

  /** Those of {@link #pins} of which not all names are known. */
  private final Set<PinReason> unnamed = new HashSet<>(0);

  /** The one that was added there last; null where another effect came behind. */
  private PinReason unnamedNow;

  /** Objects that pin it and end by their names; null where there have been none. */
  private PinningObjects objects;

  /** True if anything does. */
  public boolean any() {
    return !pins.isEmpty();
  }

  public Set<PinReason> all() {
    return pins;
  }

  /** In words. */
  String labels() {
    return pins.stream().map(PinReason::label).collect(Collectors.joining(", "));
  }

  /** True if it is certain that something else than these pins the session. */
  public boolean surelyBeside(Set<PinReason> these) {
    for (PinReason pin : pins) {
      if (!doubted.contains(pin) && !these.contains(pin)) {
        return true;
      }
    }
    return false;
  }

  // ---- it is pinned

  public void add(PinReason reason) {
    pins.add(reason);
    doubted.remove(reason);
  }

  /** It is on this connection for certain, which no other session may have as it is. */
  void add(PinReason reason, ServerConnection server) {
    add(reason);
    inQuestion.remove(reason);
    server.residue().taint();
    if (reason.outlivesReset()) {
      server.residue().lastUse();
    }
  }

  /**
   * Adds a certain pin for an object that a statement has made on this connection, and whose name
   * may follow.
   */
  void made(PinReason reason, ServerConnection server) {
    add(reason, server);
    unnamedNow = unnamed.add(reason) ? reason : null;
  }

  /** Marks a pin of the session, or an apparent one, as possibly void. */
  public void doubt(PinReason reason) {
    pins.add(reason);
    doubted.add(reason);
  }

  /** Gives a name to the last pin. */
  void named(String name) {
    if (names.contains(name) || names.size() < MOST_NAMES) {
      names.add(name);
      if (unnamedNow != null) {
        unnamed.remove(unnamedNow);
      }
    }
    unnamedNow = null;
  }

  /** Notes that the last pin is an object of this name. */
  void object(PinReason reason, String name) {
    objects = objects == null ? new PinningObjects() : objects;
    if (objects.add(reason, name) && reason.equals(unnamedNow)) {
      unnamed.remove(reason);
    }
    unnamedNow = null;
  }

  /** Unqualified names may mean something else in statements that are sent from here on. */
  public void namesMove() {
    objects = objects == null ? new PinningObjects() : objects;
    unnamed.addAll(objects.move());
  }

  /** Objects may have other names from here on. */
  void objectsRenamed() {
    if (objects != null) {
      unnamed.addAll(objects.rename());
    }
  }

  // ---- it ends

  /** Removes a pin that has ended. */
  public void remove(PinReason reason) {
    pins.remove(reason);
    doubted.remove(reason);
    inQuestion.remove(reason);
    if (objects != null) {
      objects.remove(reason);
    }
    if (unnamed.remove(reason) || pins.isEmpty()) {
      names.clear();
    }
  }

  /** The last cursor is closed that outlives its transaction. */
  void cursorsClosed() {
    pins.remove(PinReason.HOLD_CURSOR);
  }

  void endObject(PinReason reason, String name) {
    if (objects != null && objects.removeLast(reason, name) && !unnamed.contains(reason)) {
      remove(reason);
    }
  }

  /** The session is as it began. */
  void clear() {
    pins.clear();
    doubted.clear();
    inQuestion.clear();
    names.clear();
    unnamed.clear();
    objects = null;
  }

  // ---- the server is asked

  /** A statement may have taken it away: the server can tell. */
  void question(PinReason reason) {
    if (pins.contains(reason)) {
      inQuestion.add(reason);
    }
  }

  /** True if the server is to be asked if anything still pins the session: nothing else may. */
  public boolean mayBeOver(ServerConnection server) {
    return !inQuestion.isEmpty()
        && inQuestion.containsAll(pins)
        && server.requests().readsPins(inQuestion, Collections.disjoint(unnamed, inQuestion));
  }

  /** The names of what the session is pinned for, as far as that has any. */
  public List<String> names() {
    return List.copyOf(names);
  }

  /** The reasons that the server is to be asked for, once. */
  public List<PinReason> takeInQuestion() {
    List<PinReason> taken = List.copyOf(inQuestion);
    inQuestion.clear();
    return taken;
  }
}
