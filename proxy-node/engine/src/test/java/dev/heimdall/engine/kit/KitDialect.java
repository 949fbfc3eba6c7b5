package dev.heimdall.engine.kit;

import java.util.List;
import java.util.Optional;

/** What a dialect gives to the contracts that all dialects keep. */
public interface KitDialect {
  /** How its SQL says things. */
  KitWords words();

  /** What the node speaks, and with which servers. */
  KitNode.Spoken<? extends KitServers<?>> spoken();

  /** What its words write to; empty where nodes know nothing of it. */
  default Optional<KitTable> table() {
    return Optional.empty();
  }

  /**
   * True if a failed transaction is open until its client rolls it back; else it is over with its
   * error, and what comes behind that is outside of it.
   */
  default boolean keepsFailedTransactions() {
    return true;
  }

  /** How its clients can have a statement carried out, besides what all protocols have. */
  default List<Spelling> spellings() {
    return List.of();
  }

  /** Where its sessions can stand, besides where all do. */
  default List<Standing> standings() {
    return List.of();
  }

  /** A client that connects to the node. */
  KitClient connect(KitNode<?> node);
}
