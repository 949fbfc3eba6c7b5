package dev.heimdall.engine.toy;

import dev.heimdall.engine.journal.ErrorCauses;
import dev.heimdall.engine.session.RequestFormat;
import dev.heimdall.engine.session.RequestHandler;
import dev.heimdall.engine.session.RequestParts;
import dev.heimdall.engine.session.SessionDialect;
import dev.heimdall.engine.sql.SettingRules;
import dev.heimdall.engine.sql.StatementFacts;
import dev.heimdall.engine.wire.ReplyFraming;
import dev.heimdall.engine.wire.ServerError;
import io.netty.buffer.ByteBuf;

/** What the toy protocol brings to the sessions of its clients. */
final class ToySessions implements SessionDialect {
  @Override
  public SettingRules settings() {
    return new ToySettings();
  }

  @Override
  public RequestFormat requests() {
    return new ToyFormat();
  }

  /** What a DONE says of tokens and processes differs from server to server. */
  @Override
  public ReplyFraming replies() {
    return new ReplyFraming() {
      @Override
      public long total(ByteBuf in, int at) {
        return ToyFrame.HEADER + in.getUnsignedShort(at + ToyFrame.HEADER - 2);
      }

      @Override
      public boolean answers(ByteBuf in, int at) {
        byte type = in.getByte(at);
        return type == ToyFrame.ROW || type == ToyFrame.ERROR;
      }
    };
  }

  @Override
  public ErrorCauses errors() {
    return new ErrorCauses() {
      @Override
      public boolean unknownStatement(ServerError error) {
        return error.sqlState().equals("26000");
      }

      @Override
      public boolean readOnly(ServerError error) {
        return false;
      }

      @Override
      public boolean terminated(ServerError error) {
        return false;
      }

      @Override
      public boolean unread(ServerError error, StatementFacts facts) {
        return error.sqlState().equals("42601");
      }
    };
  }

  @Override
  public RequestHandler handler(RequestParts parts) {
    return new ToyStatements(parts);
  }
}
