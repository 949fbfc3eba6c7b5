package dev.heimdall.engine.boot;

import dev.heimdall.engine.config.Origin;
import dev.heimdall.engine.report.Managers;
import dev.heimdall.model.Configuration;
import java.util.Optional;

/** Whoever runs the node is told of these; on any thread, and must not block but in one. */
public interface NodeObserver {
  /** The configuration directory is about to be read on demand; this may bring it up to date. */
  default void reloading() {}

  /** A changed configuration was taken over. */
  default void reloaded(Configuration configuration) {}

  /** Where the configuration directory has its documents from, if it has them from elsewhere. */
  default Optional<Origin> origin() {
    return Optional.empty();
  }

  /** Whether this process has served no statements yet, so that it is worth a warm-up. */
  default boolean warmsUp() {
    return false;
  }

  /** A drain has begun, whoever asked for it. */
  default void draining() {}

  /** What managers know the node by; empty: its machine's name and its number. */
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

  /** Where the node hands its clients to another process; empty: nowhere. */
  default Optional<HandoverPlace> handover() {
    return Optional.empty();
  }

  /** The manager that runs beside the node, for a configuration that names none. */
  default Optional<Managers> manager() {
    return Optional.empty();
  }
}
