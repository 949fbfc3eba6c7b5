package dev.heimdall.launcher.top;

import java.io.IOException;

/** Subject of the screen: the nodes that it shows. */
interface Source {
  /**
   * Returns the current content of the screen.
   *
   * @throws IOException if nothing comes back; its message says why, to people
   */
  Screen look() throws IOException, InterruptedException;

  /** True if one look is enough: rates of it are known without one before. */
  boolean knowsRates();
}
