package dev.heimdall.engine.boot;

import java.util.Optional;
import java.util.function.Supplier;

/** The node's AWS region, looked for once, when it is first wanted, on a thread of its own. */
final class OwnRegion implements Supplier<Optional<String>> {
  private final Supplier<Optional<String>> lookUp;
  private volatile Optional<String> found = Optional.empty();
  private boolean wanted;

  /**
   * @param lookUp may wait for the machine to say it
   */
  OwnRegion(Supplier<Optional<String>> lookUp) {
    this.lookUp = lookUp;
  }

  /** The region; empty until it is found. */
  @Override
  public synchronized Optional<String> get() {
    if (!wanted) {
      wanted = true;
      Thread thread = new Thread(() -> found = lookUp.get(), "own-region");
      thread.setDaemon(true);
      thread.start();
    }
    return found;
  }
}
