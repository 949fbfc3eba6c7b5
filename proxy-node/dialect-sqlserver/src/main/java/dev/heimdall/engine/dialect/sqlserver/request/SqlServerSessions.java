package dev.heimdall.engine.dialect.sqlserver.request;

import dev.heimdall.engine.journal.ErrorCauses;
import dev.heimdall.engine.session.RequestFormat;
import dev.heimdall.engine.session.RequestHandler;
import dev.heimdall.engine.session.RequestParts;
import dev.heimdall.engine.session.SessionDialect;
import dev.heimdall.engine.sql.SettingRules;
import dev.heimdall.engine.wire.ReplyFraming;
import dev.heimdall.engine.wire.sqlserver.TdsPacket;
import io.netty.buffer.ByteBuf;

/** Contribution of TDS to the sessions of its clients. */
public final class SqlServerSessions implements SessionDialect {
  private final SettingRules settings = new SqlServerSettings();
  private final RequestFormat requests = new MessageFormat();
  private final ErrorCauses errors = new SqlServerErrors();

  @Override
  public SettingRules settings() {
    return settings;
  }

  @Override
  public RequestFormat requests() {
    return requests;
  }

  /** By packets, whose headers have the number of one server's session. */
  @Override
  public ReplyFraming replies() {
    return new ReplyFraming() {
      @Override
      public long total(ByteBuf in, int at) {
        return in.getUnsignedShort(at + 2);
      }

      @Override
      public int head() {
        return TdsPacket.HEADER;
      }

      @Override
      public boolean answers(ByteBuf in, int at) {
        return true;
      }
    };
  }

  @Override
  public ErrorCauses errors() {
    return errors;
  }

  /** A session ends with a transaction whose server is lost. */
  @Override
  public boolean keepsFailedTransactions() {
    return false;
  }

  @Override
  public RequestHandler handler(RequestParts parts) {
    return new TdsRequests(parts);
  }
}
