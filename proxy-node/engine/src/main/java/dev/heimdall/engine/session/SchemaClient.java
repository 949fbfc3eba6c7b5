package dev.heimdall.engine.session;

import dev.heimdall.engine.prepared.SchemaEpoch;
import dev.heimdall.engine.wire.TransactionState;

/** A session as those see it who depend on what its database defines; all on its loop. */
public interface SchemaClient extends SchemaEpoch {
  TransactionState status();

  /** Groups of messages that are not answered. */
  int outstanding();

  /** A statement asked for the last value of a sequence whose name it computes. */
  void sequenceComputed();
}
