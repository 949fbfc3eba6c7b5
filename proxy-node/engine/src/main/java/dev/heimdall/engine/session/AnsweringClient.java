package dev.heimdall.engine.session;

import dev.heimdall.engine.wire.TransactionState;
import dev.heimdall.model.VirtualDatabase;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

/** A session as messages see it that are answered without a server; all on its loop. */
public interface AnsweringClient {

  /** The settings of its virtual database. */
  VirtualDatabase settings();

  ByteBufAllocator alloc();

  void write(ByteBuf consumed);

  TransactionState status();

  /** Whether the open transaction was lost with its connection. */
  boolean transactionLost();
}
