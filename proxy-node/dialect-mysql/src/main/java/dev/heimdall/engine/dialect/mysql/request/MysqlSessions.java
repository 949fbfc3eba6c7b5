package dev.heimdall.engine.dialect.mysql.request;

import dev.heimdall.engine.journal.ErrorCauses;
import dev.heimdall.engine.session.RequestFormat;
import dev.heimdall.engine.session.RequestHandler;
import dev.heimdall.engine.session.RequestParts;
import dev.heimdall.engine.session.SessionDialect;
import dev.heimdall.engine.session.statement.ResultWatch;
import dev.heimdall.engine.sql.SettingRules;
import dev.heimdall.engine.wire.ReplyFraming;
import dev.heimdall.engine.wire.mysql.ErrPacket;
import dev.heimdall.engine.wire.mysql.Packet;
import io.netty.buffer.ByteBuf;

/** Contribution of the MySQL and MariaDB protocol to the sessions of its clients. */
public final class MysqlSessions implements SessionDialect {
  private final SettingRules settings = new MysqlSettings();
  private final RequestFormat requests = new CommandFormat();
  private final ErrorCauses errors = new MysqlErrors();

  @Override
  public SettingRules settings() {
    return settings;
  }

  @Override
  public RequestFormat requests() {
    return requests;
  }

  @Override
  public ReplyFraming replies() {
    return new ReplyFraming() {
      @Override
      public long total(ByteBuf in, int at) {
        return Packet.HEADER + (long) Packet.payload(in, at);
      }

      @Override
      public boolean answers(ByteBuf in, int at) {
        int there = in.writerIndex() - at - Packet.HEADER;
        return !(there > 0
            && in.getUnsignedByte(at + Packet.HEADER) == ErrPacket.FIRST
            && ErrPacket.isProgress(in, at + Packet.HEADER, there));
      }
    };
  }

  @Override
  public ErrorCauses errors() {
    return errors;
  }

  @Override
  public ResultWatch results() {
    return new CommandResults();
  }

  /** A statement that fails leaves its transaction as it was. */
  @Override
  public boolean keepsFailedTransactions() {
    return false;
  }

  @Override
  public RequestHandler handler(RequestParts parts) {
    return new ClientCommands(parts);
  }
}
