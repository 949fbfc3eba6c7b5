package dev.heimdall.engine.boot;

import java.util.function.BooleanSupplier;

/**
 * True if clients may be sent to the node, by what that depends on.
 *
 * @param warm whether it is as warm as it is to be
 */
record Readiness(Drain drain, NodeHandover handover, BooleanSupplier warm) {
  /** True if it is still to warm up before it says ready; one that takes over is ready. */
  boolean warmsUpFirst() {
    return !handover.succeeds() && !warm.getAsBoolean();
  }
}
