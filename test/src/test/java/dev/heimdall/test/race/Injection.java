package dev.heimdall.test.race;

import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.postgresql.PGNotification;

/**
 * The way from the classes of one node to who watches it: each node that is instrumented has a copy
 * of this class of its own.
 */
public final class Injection {
  /** Who watches. */
  public static final AtomicReference<Steps> STEPS = new AtomicReference<>(Steps.NONE);

  private Injection() {}

  /**
   * @param place class and method
   */
  public static void at(String place) {
    STEPS.get().at(place);
  }

  /**
   * @param message what nodes tell each other
   */
  public static void heardOfPeer(Object message) {
    try {
      Method details = message.getClass().getDeclaredMethod("details");
      details.setAccessible(true);
      List<String> tables = new ArrayList<>();
      for (Object each : (List<?>) details.invoke(message)) {
        tables.add((String) each);
      }
      STEPS.get().heardOfPeer(tables);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  public static Runnable arriving(Collection<String> tables, Runnable over) {
    return STEPS.get().arriving(tables, over);
  }

  /**
   * @param all null for none
   */
  public static void notified(PGNotification[] all) {
    if (all != null) {
      List<String> texts = new ArrayList<>();
      for (PGNotification each : all) {
        texts.add(each.getParameter());
      }
      STEPS.get().notified(texts);
    }
  }
}
