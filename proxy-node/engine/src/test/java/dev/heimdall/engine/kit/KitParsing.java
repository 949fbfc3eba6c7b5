package dev.heimdall.engine.kit;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;

/** Reads statements that the node has not met before: at once, or when the test lets it. */
final class KitParsing implements Executor {
  private final List<Runnable> held = new ArrayList<>();
  private boolean holding;

  @Override
  public void execute(Runnable reading) {
    if (holding) {
      held.add(reading);
    } else {
      reading.run();
    }
  }

  /** Statements wait to be read, or wait no longer. */
  void hold(boolean hold) {
    holding = hold;
    if (!hold) {
      held.forEach(Runnable::run);
      held.clear();
    }
  }

  /** Number of statements that wait to be read. */
  int held() {
    return held.size();
  }
}
