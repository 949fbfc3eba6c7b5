package dev.heimdall.engine.boot;

import dev.heimdall.engine.config.Origin;
import dev.heimdall.engine.report.Managers;
import dev.heimdall.model.Configuration;
import java.util.Optional;

/**
 * Observer of the node for the code that runs it; called on any thread, and must not block but in
 * one method.
 */
public interface NodeObserver {
  /** The configuration directory is about to be read on demand; this may bring it up to date. */
  default void reloading() {}

  /** A changed configuration was taken over. */
  default void reloaded(Configuration configuration) {}

  /** Origin of the configuration directory's documents, if they come from elsewhere. */
  default Optional<Origin> origin() {
    return Optional.empty();
  }

  /** True if this process has served no statements yet, so that it is worth a warm-up. */
  default boolean warmsUp() {
    return false;
  }

  /** A drain has begun, of any cause. */
  default void draining() {}

  /** Name by which managers know the node; empty: its machine's name and its number. */
  default Optional<String> name() {
    return Optional.empty();
  }

  /**
   * A manager wants the node to begin anew.
   *
   * @return why that cannot be; empty: it is being done
   */
  default Optional<String> restart() {
    return Optional.of("nothing would start this node again");
  }

  /** Place where the node hands its clients to another process; empty: none. */
  default Optional<HandoverPlace> handover() {
    return Optional.empty();
  }

  /** The manager that runs beside the node, for a configuration that names none. */
  default Optional<Managers> manager() {
    return Optional.empty();
  }
}
