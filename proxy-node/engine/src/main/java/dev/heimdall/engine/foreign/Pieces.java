package dev.heimdall.engine.foreign;

import io.netty.buffer.ByteBuf;
import java.sql.SQLException;

/** Hands the messages of one reply over in pieces of about the same size. */
final class Pieces implements AutoCloseable {
  private static final int PIECE = 16 * 1024;

  private final ForeignCall receiver;
  private ByteBuf piece;

  Pieces(ForeignCall receiver) {
    this.receiver = receiver;
  }

  /** Buffer for the next message. */
  ByteBuf out() {
    if (piece == null) {
      piece = receiver.buffer();
    }
    return piece;
  }

  /** Hands over what there is if it is enough for a piece. */
  void flushFull() throws SQLException {
    if (piece.readableBytes() >= PIECE) {
      flush();
    }
  }

  /** Hands over what there is. */
  void flush() throws SQLException {
    if (piece != null && piece.isReadable()) {
      ByteBuf full = piece;
      piece = null;
      receiver.piece(full);
    }
  }

  @Override
  public void close() {
    if (piece != null) {
      piece.release();
      piece = null;
    }
  }
}
