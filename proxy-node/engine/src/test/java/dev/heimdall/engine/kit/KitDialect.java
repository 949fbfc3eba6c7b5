package dev.heimdall.engine.kit;

/** What a dialect gives to the contracts that all dialects keep. */
public interface KitDialect {
  /** How its SQL says things. */
  KitWords words();

  /** What the node speaks, and with which servers. */
  KitNode.Spoken<? extends KitServers<?>> spoken();

  /** A client that connects to the node. */
  KitClient connect(KitNode<?> node);
}
