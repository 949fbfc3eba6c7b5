package dev.heimdall.engine.topology;

import dev.heimdall.model.Spelled;

/** State of a server of a cluster, apart from its role. */
public enum NodeState implements Spelled {
  /** It was not asked yet, or nothing came back that says anything. */
  UNKNOWN,
  /** It answers, and belongs to the cluster as it is now. */
  UP,
  /** It reports that it is the writer, and allows no writes. */
  READ_ONLY,
  /** It did not answer the last time, having done so before. It may still work. */
  SUSPECT,
  /**
   * It answers but must not be used: it follows a writer that is none any more, or belongs to
   * another cluster.
   */
  DETACHED,
  /** It reports that it is the writer, and is not believed because another one says so too. */
  REFUTED,
  /** It reports that it is the writer, and nothing outside its region confirms that. */
  FENCED,
  /** It does not answer. */
  DOWN;

  /** True if connections to it make sense. */
  public boolean usable() {
    return this == UP || this == READ_ONLY || this == SUSPECT;
  }
}
