package dev.heimdall.launcher.top;

import java.io.IOException;

/** Whom the screen shows. */
interface Source {
  /**
   * What there is now.
   *
   * @throws IOException if nothing comes back; its message says why, to people
   */
  Screen look() throws IOException, InterruptedException;

  /** Whether one look is enough: rates of it are known without one before. */
  boolean knowsRates();
}
