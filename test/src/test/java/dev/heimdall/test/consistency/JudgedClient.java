package dev.heimdall.test.consistency;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Random;
import java.util.function.BooleanSupplier;

/** Has one session after the other, and writes down where one sees what is not its own. */
abstract class JudgedClient implements Runnable {
  private static final int KEPT = 60;

  final int number;
  final Journal journal;
  final Random random;
  final ArrayDeque<String> history = new ArrayDeque<>();
  final BooleanSupplier goesOn;

  String backend;
  int counter;

  JudgedClient(int number, Journal journal, long seed, BooleanSupplier goesOn) {
    this.number = number;
    this.journal = journal;
    this.random = new Random(seed * 31 + number);
    this.goesOn = goesOn;
  }

  /** The model and the session no longer agree: this session is given up. */
  static final class Disagreement extends Exception {
    private static final long serialVersionUID = 1L;
  }

  /** One session from its log-in to its end. */
  abstract void session() throws IOException, Disagreement;

  /** Ends the session, if there is one, without a word. */
  abstract void vanish();

  abstract boolean inTransaction();

  @Override
  public final void run() {
    while (goesOn.getAsBoolean() && journal.violations().size() < 20) {
      history.clear();
      backend = null;
      try {
        session();
      } catch (Disagreement e) {
        vanish();
      } catch (IOException | RuntimeException e) {
        note("failed: " + e);
        journal.violation("error", "client " + number + ": " + e, List.copyOf(history), backend);
        vanish();
      }
    }
  }

  final void violated(String kind, String what) throws Disagreement {
    journal.violation(kind, "client " + number + ": " + what, List.copyOf(history), backend);
    throw new Disagreement();
  }

  final void note(String what) {
    history.add(what);
    if (history.size() > KEPT) {
      history.remove();
    }
    if (backend != null && inTransaction()) {
      journal.onServer(backend, "client " + number + " in transaction: " + what);
    }
  }

  final String unique() {
    return "c" + number + "_" + ++counter;
  }
}
