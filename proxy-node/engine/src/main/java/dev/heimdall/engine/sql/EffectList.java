package dev.heimdall.engine.sql;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** Effects found so far in one text. Reused from text to text. */
public class EffectList {
  private final ArrayList<Effect> effects = new ArrayList<>();
  private int base;

  /** Starts over; {@code base} is the index at which the text starts. */
  public final void clear(int base) {
    this.base = base;
    effects.clear();
  }

  /** An effect that is said as often as it is found. */
  public final void add(Effect effect) {
    effects.add(effect);
  }

  /** An effect with the name found at {@code start} to {@code end} of the array. */
  public final void add(Effect.Type type, String name, int start, int end) {
    effects.add(new Effect(type, name, start - base, end - base));
  }

  /**
   * Adds an effect that only this dialect has, with the name found at {@code start} to {@code end}
   * of the array.
   */
  public final void add(Effect.Detail own, String name, int start, int end) {
    effects.add(new Effect(own, name, start - base, end - base));
  }

  /** An effect without a name; said once where the same follows itself. */
  public final void add(Effect.Type type) {
    addOnce(new Effect(type, ""));
  }

  /** Adds a reason that pins the session. */
  public final void pin(PinReason reason) {
    addOnce(new Effect(Effect.Type.PIN, reason));
  }

  /** Adds a reason with this name that pins the session. */
  public final void pin(PinReason reason, String name) {
    effects.add(new Effect(Effect.Type.PIN, reason));
    effects.add(new Effect(Effect.Type.PIN_NAME, name));
  }

  /** An object of this name pins the session until {@link #endObject} names it; null: for good. */
  public final void pinObject(PinReason reason, String name) {
    pin(reason);
    if (name != null) {
      effects.add(new Effect(Effect.Type.OBJECT, reason, name));
    }
  }

  /** An object of this name is gone; null where its name is not known. */
  public final void endObject(PinReason reason, String name) {
    if (name != null) {
      effects.add(new Effect(Effect.Type.END_OBJECT, reason, name));
    }
  }

  /** The session has less that pins it; {@code type} says from when. */
  public final void unpin(Effect.Type type, PinReason reason) {
    addOnce(new Effect(type, reason));
  }

  /** An effect that is said once where the same follows itself. */
  public final void addOnce(Effect effect) {
    if (effects.isEmpty() || !effects.get(effects.size() - 1).equals(effect)) {
      effects.add(effect);
    }
  }

  /** True if there is one of these. */
  protected final boolean has(Predicate<Effect> wanted) {
    for (int i = 0; i < effects.size(); i++) {
      if (wanted.test(effects.get(i))) {
        return true;
      }
    }
    return false;
  }

  /** Returns the effects that were found. */
  public final List<Effect> take() {
    return effects.isEmpty() ? List.of() : List.copyOf(effects);
  }
}
